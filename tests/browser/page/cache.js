// Says what the page looks like when it is back from the cache, right after the element has heard
// of it.

addEventListener("load", () => {
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    const cover = document.querySelector("#session_security_cover");
    const seen = {
      cover: cover instanceof HTMLDialogElement && cover.open,
      readable: document.querySelector("h1")?.checkVisibility({ visibilityProperty: true }),
    };
    console.log(JSON.stringify(seen));
  });
});
