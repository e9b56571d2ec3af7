// A login page that waits in its tab: it goes on when somebody has signed in in another one.

import type { Answer, TabMessage } from "./protocol";
import { Tabs } from "./tabs";

const script = document.currentScript;
const { channel = "", next: goal = "", pingUrl = "" } = script?.dataset ?? {};

/** A library may have put another page in the place of this one; and some have more to fill in. */
function isWaiting(): boolean {
  const texts = [...document.getElementsByTagName("textarea")];
  return script?.isConnected === true && texts.every((field) => field.value === field.defaultValue);
}

async function goOnIfSignedIn(): Promise<void> {
  if (!isWaiting()) return;
  const headers = { "X-Session-Security": "1" };
  const answer: Answer | null = await fetch(pingUrl, { method: "POST", headers })
    .then((response) => response.json())
    .catch(() => null); // without an answer it goes on waiting
  // The part after # came along when the page was led here.
  if (answer?.state === "active" && isWaiting()) location.replace(goal + location.hash);
}

const onTabMessage = ({ kind }: TabMessage) => {
  if (kind === "hello") void goOnIfSignedIn();
};
new Tabs(channel, { onTabMessage }).start();
// What was said to a page that slept, or was in the back/forward cache, is lost.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) void goOnIfSignedIn();
});
