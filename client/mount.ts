// Puts the element into a page that Django did not render, and takes it away: for single-page apps.

import type * as published from "../src/session_security/static/session_security/mount";
import { momentAgo, secondsSince } from "./clock";
import type { Options, PublicElement, SuspendableElement } from "./protocol";

const NAME = "session-security";
const URL_OF_ELEMENT = "/session_security/element/";
/** Milliseconds before a server that says nothing counts as lost. */
const PATIENCE = 30_000;
/** Seconds between two attempts, at most. */
const LONGEST_PAUSE = 30;
/** In its own words: nobody is signed in. Or in those of a site that refuses anonymous visitors. */
const NOBODY = [204, 401, 403];

/** What leads elsewhere, in the answer of a server of perhaps another origin. */
const ADDRESSES = [
  ["a", "href"],
  ["form", "action"],
  ["img", "src"],
  ["link", "href"],
] as const;

type Mounted = PublicElement | null;

/** Counts the calls, of which only the latest one has an effect. */
let calls = 0;
let latest: Promise<Mounted> = Promise.resolve(null);

/** An answer, also of status 0 for none; as a document, for a strict policy lets nobody parse text. */
function request(address: URL): Promise<XMLHttpRequest> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.withCredentials = true;
    request.timeout = PATIENCE;
    request.onloadend = () => resolve(request);
    request.send();
  });
}

function mayComeLater(status: number): boolean {
  return status === 0 || status === 429 || status >= 500;
}

/** The document of the element, with absolute addresses and times of now; null for nobody. */
async function fetchDocument(address: URL, isWanted: () => boolean): Promise<Document | null> {
  for (let failures = 0; isWanted(); failures++) {
    const asked = momentAgo();
    const { responseURL, responseXML, status } = await request(address);
    if (!isWanted() || NOBODY.includes(status)) return null;
    if (status === 200) {
      const isComplete = responseXML && prepare(responseXML, responseURL, secondsSince(asked));
      // The page of a login, or of a development server that has one page for all addresses.
      if (!isComplete) console.warn(`session_security: no <${NAME}> in what ${responseURL} gives.`);
      return isComplete ? responseXML : null;
    }
    if (!mayComeLater(status)) throw new Error(`session_security: ${address} gives ${status}.`);
    const pause = Math.min(2 ** failures, LONGEST_PAUSE);
    await new Promise((resolve) => setTimeout(resolve, pause * 1000));
  }
  return null;
}

/** False if there is no element. */
function prepare(page: Document, url: string, age: number): boolean {
  const element = page.querySelector<HTMLElement>(NAME);
  const json = element?.firstElementChild;
  if (!element || !json) return false;
  for (const [name, attribute] of ADDRESSES) {
    for (const link of page.querySelectorAll(`${name}[${attribute}]`)) {
      link.setAttribute(attribute, new URL(link.getAttribute(attribute) ?? "", url).href);
    }
  }
  // Not as a <script>, whose text a strict policy lets nobody write.
  const words = page.createElement("span");
  words.hidden = true;
  words.textContent = JSON.stringify(
    adapt(JSON.parse(json.textContent ?? "") as Options, url, age),
  );
  json.replaceWith(words);
  for (const script of element.querySelectorAll("script")) script.remove();
  element.lang ||= page.documentElement.lang;
  element.dir ||= page.documentElement.dir;
  return true;
}

/** The options as they are `age` seconds later, in a page of this origin. */
function adapt(options: Options, url: string, age: number): Options {
  const { absoluteIn, idle = 0, pingUrl, returnToUrl } = options;
  const adapted = { ...options, pingUrl: new URL(pingUrl, url).href, idle: idle + age };
  if (typeof absoluteIn === "number") adapted.absoluteIn = absoluteIn - age;
  if (returnToUrl) adapted.returnToUrl = new URL(returnToUrl, url).href;
  // The server's own pages speak on a channel that is not heard here.
  adapted.sharesCookie ||= new URL(url).origin !== location.origin;
  return adapted;
}

function hasStylesheet({ href }: HTMLLinkElement): boolean {
  const links = document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]");
  return [...links].some((link) => link.href === href);
}

function show(page: Document, target: Element): PublicElement {
  for (const link of page.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")) {
    link.removeAttribute("nonce"); // of the answer's own policy
    if (!hasStylesheet(link)) document.head.append(document.importNode(link));
  }
  const before = document.querySelectorAll(NAME);
  const element = document.importNode(page.querySelector(NAME) as PublicElement, true);
  target.append(element);
  for (const other of before) other.remove();
  return element;
}

async function attempt(
  { url, language, target }: published.MountOptions,
  isLatest: () => boolean,
): Promise<Mounted> {
  const address = new URL(url ?? URL_OF_ELEMENT, location.href);
  if (language) address.searchParams.set("language", language);
  const page = await fetchDocument(address, isLatest);
  // Defines the element, which only a browser can; a server that renders may import this module.
  await import("./index");
  if (!isLatest()) return latest;
  return page && show(page, target ?? document.body);
}

export const mount: typeof published.mount = (options = {}) => {
  const call = ++calls;
  latest = attempt(options, () => call === calls);
  return latest;
};

export const unmount: typeof published.unmount = () => {
  calls++;
  latest = Promise.resolve(null);
  for (const element of document.querySelectorAll<Element & Partial<SuspendableElement>>(NAME)) {
    element.suspend?.(); // if it has been defined
    element.remove();
  }
  delete window.sessionSecurity;
};
