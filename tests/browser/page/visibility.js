// To a headless browser all tabs are in front; here those are not that are named "behind".

const hidden = () => window.top?.name === "behind";
Object.defineProperty(document, "hidden", { get: hidden });
Object.defineProperty(document, "visibilityState", {
  get: () => (hidden() ? "hidden" : "visible"),
});
