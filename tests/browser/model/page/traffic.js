// What the page says and hears: requests, messages to and from other tabs, and where it goes.

const { BroadcastChannel: Channel, fetch: ask } = window;
const time = window.modelTime;

/** @type {ModelTraffic} */
const traffic = {
  doc: `${Math.random()}`,
  changes: 0,
  inputs: 0,
  isLeaving: false,
  restored: 0,
  seen: new Set(),
  say: (word) => channel.postMessage(`${traffic.doc} ${word}`),
  hold(number, isHeld) {
    if (open.has(number)) open.set(number, isHeld);
  },
  asks() {
    if (document.readyState !== "complete") return true; // its scripts are on their way
    return [...open.values()].includes(false);
  },
};
window.modelTraffic = traffic;

/**
 * Whether each request that has no answer yet is held up, by its number.
 *
 * @type {Map<number, boolean>}
 */
const open = new Map();
let asked = 0;

class TimedChannel extends Channel {
  /** @override @param {object} message */
  postMessage(message) {
    traffic.changes++;
    super.postMessage({ ...message, time: [time.wall, time.mono] });
  }
}
const setter = Object.getOwnPropertyDescriptor(Channel.prototype, "onmessage")?.set;
Object.defineProperty(TimedChannel.prototype, "onmessage", {
  /** @param {(event: MessageEvent) => void} hear */
  set(hear) {
    /** @param {MessageEvent} event */
    const hearInTime = (event) => {
      // What is heard before the clock of this page has been moved is of now, too.
      if (!time.isFrozen) [time.wall, time.mono] = event.data.time;
      time.whenThawed(() => {
        traffic.changes++;
        hear(event);
      });
    };
    setter?.call(this, hearInTime);
  },
});
window.BroadcastChannel = TimedChannel;

window.fetch = async (url, options = {}) => {
  const number = ++asked;
  traffic.changes++;
  open.set(number, false);
  const headers = new Headers(options.headers);
  headers.set("X-Asked", `${number}`);
  try {
    if (options.keepalive) {
      const kept = `${Number(localStorage.getItem("model_kept")) + 1}`;
      localStorage.setItem("model_kept", kept);
      headers.set("X-Kept", kept);
    }
    const answer = await ask(url, { ...options, headers });
    const text = await answer.text();
    answer.text = async () => text;
    answer.json = async () => JSON.parse(text);
    return answer;
  } finally {
    traffic.changes++;
    open.delete(number);
    if (time.isFrozen) await new Promise((resolve) => time.whenThawed(() => resolve(undefined)));
  }
};

/** Between the scripts of the model. @type {BroadcastChannel} */
let channel;
const join = () => {
  channel = new Channel("model");
  channel.onmessage = ({ data }) => traffic.seen.add(data);
};
if (top === window) join();
addEventListener("pagehide", () => channel.close());
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  time.read();
  join();
  traffic.isLeaving = false;
  traffic.changes++;
  traffic.restored++;
});
for (const type of ["pointermove", "pointerdown", "keydown", "wheel", "touchmove", "input"]) {
  addEventListener(type, () => traffic.inputs++, { capture: true, passive: true });
}
navigation.addEventListener("navigate", ({ destination, hashChange }) => {
  if (!hashChange && !destination.sameDocument) traffic.isLeaving = true;
});
navigation.addEventListener("navigateerror", () => {
  traffic.isLeaving = false;
});
