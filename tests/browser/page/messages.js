// What other tabs say, by the channel of the element.

/** Another tab, which was frozen for 5 s, tells of an end that it heard of 9 s ago. */
export function tellOfOldEnd() {
  const options = document.querySelector("session-security > script")?.textContent ?? "";
  const { channel: name, user, signIn } = JSON.parse(options);
  const ages = { activity: 9, answer: 9, question: 9, report: 9 };
  const sent = Date.now() - 5000;
  const channel = new BroadcastChannel(`session_security ${name}`);
  channel.postMessage({ kind: "ended", reason: "idle", user, signIn, sent, ages });
}
