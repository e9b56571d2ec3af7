import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { BROWSERS, canBeReadFrom, type Floor, scriptFeatures, styleFeatures, worst } from "./floor";

/** Of the package itself; something in a browser has the same name. */
const OURS = ["element", "lock", "since", "token"];

/** Without these nothing is lost, and why. */
const NOT_MISSED = {
  prerendering: "where it is missing, nothing is prerendered",
  transferSize: "the page is covered until the server has spoken, as if it came from a cache",
  ":backdrop": "it comes with `<dialog>`",
  hasBeenActive: "it is of `userActivation`",
  Lock: "a word in a pattern of keys",
  touches: "only screens that are touched have any",
  "user-select": "looks",
};

/** What is lost without these, as docs/reference/client.md says. */
const MISSED = {
  BroadcastChannel: "each tab asks the server",
  showModal: "the focus is not held in the warning and the cover",
  ":focus-visible": "no ring shows where the focus is in them",
  preventScroll: "a page may scroll when it opens again",
  locks:
    "with [`SESSION_SECURITY_REDIRECT_TO_LOGOUT`](settings.md#session_security_redirect_to_logout), " +
    "several tabs sign out at the same time, and one may be refused",
  "AbortSignal.timeout": "a question without an answer is given up when the browser does",
  keepalive: "what was done last before a page is left may not be reported",
  userActivation: "what was typed before the script was there is not known to be unsaved",
  responseStatus:
    "the middleware [tells the status](python.md#the-status-for-the-page) of what a script has sent",
  serverTiming: "it can't, so that what a script has sent stays unsaved without `saved()`",
};
const TITLES: Record<string, string> = {
  showModal: "`<dialog>`",
  locks: "`navigator.locks`",
  keepalive: "`keepalive`",
  preventScroll: "`focus({ preventScroll })`",
  userActivation: "`navigator.userActivation`",
};
const NAMES = { chrome: "Chrome and Edge", firefox: "Firefox", safari: "Safari" };

/** As esbuild has it: V8 read some optional chains wrongly before. */
const SYNTAX: Floor = { chrome: 91, firefox: 79, safari: 14.1 };

const features = new Map([...scriptFeatures(), ...styleFeatures()]);
const apart = new Set([...OURS, ...Object.keys(NOT_MISSED), ...Object.keys(MISSED)]);
const needed = [...features].filter(([name]) => !apart.has(name)).map(([, since]) => since);
const floor = worst([SYNTAX, ...needed]);
const docs = readFileSync("docs/reference/client.md", "utf8");

/** Those releases that lie above the floor. */
function releases(since: Floor, above: Floor | null): string {
  return BROWSERS.filter((browser) => !above || since[browser] > above[browser])
    .map((browser) =>
      Number.isFinite(since[browser])
        ? `${NAMES[browser]} ${since[browser]}`
        : `every ${NAMES[browser]}`,
    )
    .join(", ");
}

test("the docs say from which browsers on it runs", async () => {
  const said = `${releases(floor, null)}, and newer`;
  assert.ok(docs.includes(said), `docs/reference/client.md must say: ${said}`);
  assert.ok(await canBeReadFrom(floor), "The script or the style has newer syntax than that.");
});

test("the docs say what older browsers than the newest lack", () => {
  for (const [name, lost] of Object.entries(MISSED)) {
    const since = features.get(name);
    assert.ok(since, `${name} is not used any more.`);
    const row = `| ${TITLES[name] ?? `\`${name}\``} | ${releases(since, floor)} | ${lost} |`;
    assert.ok(docs.includes(row), `docs/reference/client.md must have the row: ${row}`);
  }
});

test("each name that is left out is there, and newer than the floor", () => {
  for (const name of apart) {
    const since = features.get(name);
    assert.ok(since, `${name} is not used any more.`);
    assert.ok(releases(since, floor), `${name} is in all browsers of the floor.`);
  }
});
