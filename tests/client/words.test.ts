import assert from "node:assert/strict";
import { test } from "node:test";
import { inDigits, inWords, usableLanguage } from "../../client/words";

test("a time is said in minutes and seconds, without what is zero", () => {
  assert.equal(inWords(594, "en"), "9 minutes 54 seconds");
  assert.equal(inWords(120, "en"), "2 minutes");
  assert.equal(inWords(61, "en"), "1 minute 1 second");
  assert.equal(inWords(30, "en"), "30 seconds");
  assert.equal(inWords(594, "de"), "9 Minuten 54 Sekunden");
});

test("a time is shown as minutes and two digits", () => {
  assert.deepEqual([9, 60, 594].map(inDigits), ["0:09", "1:00", "9:54"]);
});

for (const [language, usable] of [
  ["ca", "ca"],
  ["pt-br", "pt-BR"],
  ["ca@valencia", "ca-valencia"],
  ["sr@latin", "sr-latin"],
  ["en_US", undefined],
  ["x", undefined],
  ["", undefined],
  [undefined, undefined],
] as const) {
  test(`whatever a site calls its language, times are said: ${language}`, () => {
    assert.equal(usableLanguage(language), usable);
    assert.ok(inWords(594, usableLanguage(language)));
    new Date(0).toLocaleString(usableLanguage(language));
  });
}
