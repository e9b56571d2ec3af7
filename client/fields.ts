// What the fields of a page hold.

import { outerOf, rootsIn } from "./roots";

/** What a field, or what behaves like one, says of itself. */
export interface FieldState {
  readonly type?: string;
  readonly value?: unknown;
  readonly defaultValue?: unknown;
  readonly checked?: boolean;
  readonly defaultChecked?: boolean;
  readonly options?: Iterable<OptionState>;
  readonly isContentEditable?: boolean;
  readonly innerHTML?: string;
}

interface OptionState {
  readonly value: string;
  readonly selected: boolean;
  readonly defaultSelected: boolean;
}

// Nobody would miss it: what only searches, or picks rows of a list; and the token is ours to renew.
const IGNORED =
  ":is([data-session-security=ignore],search,[type=search],[role^=search],form[method=get i]," +
  // In Django's admin: rows, and what is done with them; what is there to be chosen from.
  "#changelist [class^=action],.selector-available,[name=csrfmiddlewaretoken])";

// What has a name may take part in a form, also if it is none of HTML's own elements.
const COUNTED = `:is(input,select,textarea,[contenteditable],[name]):not(${IGNORED},${IGNORED} *)`;

/** What a field holds now, or what its HTML says that it holds; empty if that is nothing. */
export function stateOf(field: FieldState, isInitial = false): string {
  const { type = "" } = field;
  const isTicked = (isInitial ? field.defaultChecked : field.checked) || "";
  if (/^sel/.test(type)) return optionsOf(field, isInitial);
  if (/^(ch|radio)/.test(type) && !isTicked) return "";
  const { defaultValue, value = field.isContentEditable ? field.innerHTML : "" } = field;
  return `${(isInitial ? defaultValue : value) ?? value}${isTicked}`;
}

function optionsOf({ type, options = [] }: FieldState, isInitial: boolean): string {
  const isChosen = (option: OptionState) => option[isInitial ? "defaultSelected" : "selected"];
  const all = [...options];
  // Widgets move options from one list to another, and select them only when they are sent.
  if (type === "select-multiple") return `${all.map((option) => [option.value, isChosen(option)])}`;
  // Where nothing says which is selected, the browser takes the first.
  return (all.find(isChosen) ?? (isInitial ? all[0] : undefined))?.value ?? "";
}

/** The form of an element, in its own tree. */
function formOf(element: Element): Element | null {
  return (element as Partial<HTMLInputElement>).form ?? element.closest("form");
}

/** The form of an element, or else the element. */
export function unitOf(element: Element): Element {
  return formOf(element) ?? element;
}

/** Whether a field, or anything in a frame or a shadow tree, belongs to a form. */
export function isIn(form: Element, element: Element | null): boolean {
  return Boolean(element && (formOf(element) === form || isIn(form, outerOf(element))));
}

export function isIgnored(element: Element | null): boolean {
  return Boolean(element && (element.closest(IGNORED) || isIgnored(outerOf(element))));
}

/** Whether what it holds can be read, and counts. */
export function isCounted(element: Element): boolean {
  const isReadable = "value" in element || (element as HTMLElement).isContentEditable;
  return isReadable && element.matches(COUNTED);
}

/** Whether the page says that something in it has still to be mended. */
export function hasErrors(): boolean {
  return [...rootsIn(document)].some((root) => root.querySelector(`${COUNTED}[aria-invalid=true]`));
}

/** What each form holds, and each field that has no form, in the order of the page. */
export function contentsOfPage(isInitial = false): Map<Element, string> {
  const contents = new Map<Element, string>();
  for (const root of rootsIn(document)) {
    if (isIgnored(outerOf(root))) continue;
    for (const field of root.querySelectorAll<HTMLInputElement>(COUNTED)) {
      const unit = unitOf(field);
      const state = stateOf(field, isInitial);
      // A field that holds nothing may come and go.
      const line = state && `${field.name || field.id}=${state}\n`;
      contents.set(unit, (contents.get(unit) ?? "") + line);
    }
  }
  return contents;
}
