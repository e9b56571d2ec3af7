// What browsers must know for the built script and style: read from these, and looked up in MDN's
// data on browsers.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// Not bundled with the tests: it starts a program of its own.
const { transform } = createRequire(`${process.cwd()}/`)("esbuild") as typeof import("esbuild");

const STATIC = "src/session_security/static/session_security";
const DATA = "node_modules/@mdn/browser-compat-data/data.json";
export const BROWSERS = ["chrome", "firefox", "safari"] as const;

/** The oldest release of each browser; Infinity if there is none. */
export type Floor = Record<(typeof BROWSERS)[number], number>;

interface Statement {
  version_added: string | false;
  flags?: unknown;
  prefix?: string;
  alternative_name?: string;
}
interface Node {
  [name: string]: Node;
}
type Compat = { support: Record<string, Statement | Statement[]> };

const data: Node = JSON.parse(readFileSync(DATA, "utf8"));
const read = (name: string) => readFileSync(`${STATIC}/${name}`, "utf8");

function compatOf(node: Node | undefined): Compat | undefined {
  return node?.["__compat"] as Compat | undefined;
}

function floorOf(compat: Compat): Floor {
  const since = (browser: string) => {
    const versions = [compat.support[browser] ?? []]
      .flat()
      .filter(({ flags, prefix, alternative_name }) => !flags && !prefix && !alternative_name)
      .map(({ version_added }) => Number.parseFloat(String(version_added).replace("≤", "")));
    return Math.min(...versions.filter(Number.isFinite), Number.POSITIVE_INFINITY);
  };
  return { chrome: since("chrome"), firefox: since("firefox"), safari: since("safari") };
}

/** The best, or the worst, of some for each of the browsers. */
function join(floors: Floor[], choose: (...versions: number[]) => number): Floor {
  const of = (browser: keyof Floor) => choose(...floors.map((floor) => floor[browser]));
  return { chrome: of("chrome"), firefox: of("firefox"), safari: of("safari") };
}

/** By their names, all that the interfaces of browsers and of the language have. */
const byName = new Map<string, Compat[]>();
const byPath = new Map<string, Compat>();
(function walk(parent: Node | undefined, path: string[]): void {
  for (const [key, node] of Object.entries(parent ?? {})) {
    if (key === "__compat") continue;
    const compat = compatOf(node);
    const name = key.replace(/_static$|_event$/, "").replace(/^\w+_(\w+)_parameter$/, "$1");
    if (compat) {
      byName.set(name, [...(byName.get(name) ?? []), compat]);
      byPath.set([...path, name].join("."), compat);
    }
    walk(node, [...path, name]);
  }
})({ ...data["api"], ...data["javascript"]?.["builtins"] } as Node, []);

/**
 * Names in the built script, each with the oldest browsers that have anything of that name:
 * whichever it is, it is not older. Where the owner is named, it is that one's.
 */
export function scriptFeatures(): Map<string, Floor> {
  const code = read("session_security.js").replace(/"[^"\n]*"/g, '""');
  const features = new Map<string, Floor>();
  for (const [, ...groups] of code.matchAll(/\.([a-z]\w+)|\b([A-Z]\w+)\b|\b(\w\w+):/g)) {
    const name = groups.find(Boolean) ?? "";
    const compats = byName.get(name);
    if (compats) features.set(name, join(compats.map(floorOf), Math.min));
  }
  for (const [path] of code.matchAll(/\b[A-Z]\w+\.[a-z]\w+/g)) {
    const compat = byPath.get(path);
    if (compat) features.set(path, floorOf(compat));
  }
  return features;
}

/** Properties, values and selectors in the style. */
export function styleFeatures(): Map<string, Floor> {
  const code = read("style.css").replace(/\/\*[\s\S]*?\*\//g, "");
  const css = data["css"];
  const features = new Map<string, Floor>();
  const add = (name: string, node: Node | undefined) => {
    const compat = compatOf(node);
    if (compat) features.set(name, floorOf(compat));
  };
  for (const [, property = "", value = ""] of code.matchAll(/([a-z-]+)\s*:\s*([^;{}]+);/g)) {
    add(property, css?.["properties"]?.[property]);
    for (const [word] of value.matchAll(/[a-z-]+/g)) {
      add(`${property}: ${word}`, css?.["properties"]?.[property]?.[word]);
    }
  }
  const selectors = code.replace(/[a-z-]+\s*:\s*[^;{}]+;/g, "");
  for (const [, selector = ""] of selectors.matchAll(/::?([a-z-]+)/g)) {
    add(`:${selector}`, css?.["selectors"]?.[selector]);
  }
  return features;
}

/** Whether all browsers from these on can read the script and the style as they are. */
export async function canBeReadFrom(floor: Floor): Promise<boolean> {
  const target = BROWSERS.map((browser) => `${browser}${floor[browser]}`);
  for (const [name, loader] of [
    ["session_security.js", "js"],
    ["style.css", "css"],
  ] as const) {
    const text = read(name);
    const { code } = await transform(text, { loader, target: "esnext" });
    const lowered = await transform(text, { loader, target }).catch(() => null);
    // A prefix is a feature, and no other syntax.
    if (lowered?.code.replace(/ +-webkit-.*\n/g, "") !== code) return false;
  }
  return true;
}

export function worst(floors: Iterable<Floor>): Floor {
  return join([...floors], Math.max);
}
