import assert from "node:assert/strict";
import { test } from "node:test";
import { differs, type FieldState } from "../../client/unsaved";

const option = (selected: boolean, defaultSelected = false) => ({ selected, defaultSelected });

const FIELDS: [string, FieldState, boolean][] = [
  ["a field that is as it came", { value: "one", defaultValue: "one" }, false],
  ["an empty one", { value: "", defaultValue: "" }, false],
  ["one that was changed", { value: "two", defaultValue: "one" }, true],
  ["a textarea, which can't be checked", { value: "a", defaultValue: "a" }, false],
  [
    "a box that was ticked",
    { value: "on", defaultValue: "on", checked: true, defaultChecked: false },
    true,
  ],
  [
    "a box that was ticked and unticked",
    { value: "on", defaultValue: "on", checked: false, defaultChecked: false },
    false,
  ],
  ["a file that was chosen", { value: "C:\\fakepath\\a.png", defaultValue: "" }, true],
  ["an editable element", {}, true],
  ["an element with a value of its own kind", { value: 5 }, true],
  ["a list where nothing was said", { value: "a", options: [option(true), option(false)] }, false],
  ["another choice there", { value: "b", options: [option(false), option(true)] }, true],
  ["a list with a default", { value: "b", options: [option(false), option(true, true)] }, false],
  ["another choice there, too", { value: "a", options: [option(true), option(false, true)] }, true],
  ["no choice", { value: "", options: [option(false), option(false)] }, true],
  ["an empty list", { value: "", options: [] }, false],
  [
    "a list for many, with none",
    { value: "", multiple: true, options: [option(false), option(false)] },
    false,
  ],
  [
    "a list for many, with one more",
    { value: "a", multiple: true, options: [option(true, true), option(true)] },
    true,
  ],
];

for (const [what, field, isDifferent] of FIELDS) {
  test(`${what} ${isDifferent ? "differs" : "does not differ"}`, () => {
    assert.equal(differs(field), isDifferent);
  });
}
