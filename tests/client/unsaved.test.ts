import assert from "node:assert/strict";
import { test } from "node:test";
import { type FieldState, stateOf } from "../../client/fields";

const option = (value: string, selected: boolean, defaultSelected = false) => ({
  value,
  selected,
  defaultSelected,
});
const one = (...options: ReturnType<typeof option>[]) => ({ type: "select-one", options });
const many = (...options: ReturnType<typeof option>[]) => ({ type: "select-multiple", options });
const box = (checked: boolean, defaultChecked = false) => {
  return { type: "checkbox", value: "on", defaultValue: "on", checked, defaultChecked };
};
const text = (value: string, defaultValue: string) => {
  return { type: "text", value, defaultValue, checked: false, defaultChecked: false };
};

// What each holds now, and by its HTML.
const FIELDS: [string, FieldState, string, string][] = [
  ["a field that is as it came", text("one", "one"), "one", "one"],
  ["an empty one", text("", ""), "", ""],
  ["one that was changed", text("two", "one"), "two", "one"],
  ["one that was emptied", text("", "one"), "", "one"],
  ["a text that can't be ticked", { type: "textarea", value: "a", defaultValue: "" }, "a", ""],
  ["a box that was ticked", box(true), "ontrue", ""],
  ["a box that was ticked and unticked", box(false), "", ""],
  ["a box that was unticked", box(false, true), "", "ontrue"],
  ["a radio button", { ...box(true), type: "radio", value: "a" }, "atrue", ""],
  ["a file", { type: "file", value: "C:\\fakepath\\a", defaultValue: "" }, "C:\\fakepath\\a", ""],
  ["a hidden field", { type: "hidden", value: "a", defaultValue: "a" }, "a", "a"],
  ["a list where nothing was said", one(option("a", true), option("b", false)), "a", "a"],
  ["another choice there", one(option("a", false), option("b", true)), "b", "a"],
  ["a list with a default", one(option("a", false), option("b", true, true)), "b", "b"],
  ["no choice", one(option("a", false), option("b", false)), "", "a"],
  ["an empty list", one(), "", ""],
  [
    "a list for many",
    many(option("a", true), option("b", false, true)),
    "a,true,b,false",
    "a,false,b,true",
  ],
  ["an option that was taken away", many(option("a", false)), "a,false", "a,false"],
  [
    "an editable element",
    { isContentEditable: true, innerHTML: "<b>a</b>" },
    "<b>a</b>",
    "<b>a</b>",
  ],
  ["an element that can't be edited", { innerHTML: "<b>a</b>" }, "", ""],
  ["an element with a value of its own kind", { value: 5 }, "5", "5"],
  ["a switch of somebody's own", { value: "on", checked: true }, "ontrue", "on"],
];

for (const [what, field, now, initially] of FIELDS) {
  test(`${what} holds ${now || "nothing"}, and by its HTML ${initially || "nothing"}`, () => {
    assert.equal(stateOf(field), now);
    assert.equal(stateOf(field, true), initially);
  });
}
