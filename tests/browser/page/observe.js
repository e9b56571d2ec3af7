// Counts the answers that scripts wait for, and all that may have an effect elsewhere; notes the
// events of the element, and what was said to a screen reader.

window.asked = 0;
window.effects = 0;
window.events = [];
window.said = [];
window.marks = {};

const ask = window.fetch;
window.fetch = async (...question) => {
  window.asked += 1;
  window.effects += 1;
  try {
    return await ask(...question);
  } finally {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      window.asked -= 1;
    };
    port2.postMessage(0);
  }
};

const { postMessage } = BroadcastChannel.prototype;
BroadcastChannel.prototype.postMessage = function (message) {
  window.effects += 1;
  postMessage.call(this, message);
};
window.navigation?.addEventListener("navigate", () => {
  window.effects += 1;
});

/** @param {Event} event */
const mark = ({ type }) => {
  window.marks[type] = window.real.timeOrigin + window.real.now();
};
addEventListener("keydown", mark, true);
addEventListener("session-security:extend", mark);
for (const kind of ["warn", "extend", "expire", "lock", "unlock"]) {
  addEventListener(`session-security:${kind}`, (event) => {
    const { reason } = /** @type {CustomEvent<{ reason?: string }>} */ (event).detail;
    window.events.push(reason ? `${kind} ${reason}` : kind);
  });
}
new MutationObserver((records) => {
  for (const { target } of records) {
    if (/** @type {Element} */ (target).id === "session_security_spoken")
      window.said.push(target.textContent ?? "");
  }
}).observe(document, { childList: true, subtree: true });
