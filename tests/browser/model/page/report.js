// Lets the page do what is due, waits until it has come to rest, and reports what can be seen.

const { MessageChannel: Pipe } = window;
const time = window.modelTime;
const traffic = window.modelTraffic;

const pause = () => scheduler.postTask(() => {}, { delay: 1 });
const turn = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new Pipe();
    port1.onmessage = resolve;
    port2.postMessage(0);
  });
const quiet = async () => {
  for (let n = 0; traffic.asks() && !traffic.isLeaving && n < 2000; n++) await pause();
  await turn();
  await turn();
};
/** @param {string} name */
const isOpen = (name) => {
  const dialog = document.getElementById(`session_security_${name}`);
  return dialog instanceof HTMLDialogElement && dialog.open;
};
/** Not while the dialog only waits for the mouse: it shows a session that is extended then. */
const isWarned = () => {
  const [minutes = "0", seconds = "0"] =
    document.getElementById("session_security_counter")?.textContent?.split(":") ?? [];
  return isOpen("warning") && Number(minutes) * 60 + Number(seconds) <= 20;
};
const report = () => {
  const isServed = location.protocol === "http:";
  const typed = document.getElementById("id_symptoms");
  return {
    doc: traffic.doc,
    changes: traffic.changes,
    asks: traffic.asks(),
    leaving: traffic.isLeaving,
    restored: traffic.restored,
    due: time.nextTimer(),
    path: location.pathname,
    back: navigation.canGoBack,
    kept: isServed ? Number(localStorage.getItem("model_kept")) : 0,
    served: isServed,
    user: document.querySelector(".who span")?.textContent ?? "",
    readable: !!document.querySelector("h1")?.checkVisibility({ visibilityProperty: true }),
    covered: isOpen("cover"),
    warned: isWarned(),
    typed: typed instanceof HTMLTextAreaElement ? typed.value : "",
  };
};

/** @param {{ now: PageTime, awaited: string[], word: number }} question */
window.modelPass = async ({ now, awaited, word }) => {
  time.set(now);
  time.fire();
  await quiet();
  for (let n = 0; !awaited.every((said) => traffic.seen.has(said)) && n < 200; n++) await pause();
  if (awaited.length) await quiet();
  traffic.say(word);
  return report();
};
