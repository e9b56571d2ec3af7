import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { TabMessage } from "../../client/protocol";
import { Tabs } from "../../client/tabs";

const MESSAGE: TabMessage = {
  kind: "activity",
  user: "one",
  signIn: "now",
  ages: { activity: 0, answer: 1, report: 2, question: null },
  sent: 0,
};
const RealChannel = globalThis.BroadcastChannel;
const opened: Tabs[] = [];

/** One storage, whose changes are heard by all that listen, as by the other tabs of a browser. */
class FakeStorage extends EventTarget {
  readonly entries = new Map<string, string>();
  isFull = false;

  setItem(key: string, newValue: string): void {
    if (this.isFull) throw new DOMException("It is full.", "QuotaExceededError");
    if (this.entries.get(key) === newValue) return; // no change, no event
    this.entries.set(key, newValue);
    this.dispatchEvent(Object.assign(new Event("storage"), { key, newValue }));
  }
}

/** Channels of one name hear each other, at once. */
class FakeChannel {
  static readonly open = new Set<FakeChannel>();
  onmessage: ((event: { data: TabMessage }) => void) | null = null;

  constructor(readonly name: string) {
    FakeChannel.open.add(this);
  }

  postMessage(data: TabMessage): void {
    for (const other of FakeChannel.open) {
      if (other !== this && other.name === this.name) other.onmessage?.({ data });
    }
  }

  close(): void {
    FakeChannel.open.delete(this);
  }
}

let storage: FakeStorage;

beforeEach(() => {
  storage = new FakeStorage();
  Object.assign(globalThis, {
    window: globalThis,
    localStorage: storage,
    addEventListener: storage.addEventListener.bind(storage),
    removeEventListener: storage.removeEventListener.bind(storage),
  });
});

afterEach(() => {
  for (const tabs of opened.splice(0)) tabs.stop();
  globalThis.BroadcastChannel = RealChannel;
});

const open = (url: string): [Tabs, TabMessage[]] => {
  const heard: TabMessage[] = [];
  const tabs = new Tabs(url, { onTabMessage: (message) => heard.push(message) });
  opened.push(tabs);
  tabs.start();
  return [tabs, heard];
};

const CHANNELS: [string, unknown][] = [
  ["a BroadcastChannel", FakeChannel],
  ["localStorage", undefined],
];

for (const [what, BroadcastChannel] of CHANNELS) {
  test(`tabs of one site hear each other by ${what}`, () => {
    Object.assign(globalThis, { BroadcastChannel });
    const [tabs] = open("/ping/");
    const [, heard] = open("/ping/");
    const [, heardElsewhere] = open("/other/ping/");
    tabs.broadcast(MESSAGE);
    assert.deepEqual(heard, [MESSAGE]);
    assert.deepEqual(heardElsewhere, []);
  });

  test(`who has stopped neither speaks nor hears by ${what}, and may start again`, () => {
    Object.assign(globalThis, { BroadcastChannel });
    const [tabs] = open("/ping/");
    const [others, heard] = open("/ping/");
    tabs.stop();
    tabs.stop();
    tabs.broadcast(MESSAGE);
    others.stop();
    others.start();
    others.start();
    tabs.start();
    tabs.broadcast({ ...MESSAGE, kind: "hello" });
    assert.deepEqual(
      heard.map(({ kind }) => kind),
      ["hello"],
    );
  });
}

test("a storage that is full keeps no page from going on", () => {
  Object.assign(globalThis, { BroadcastChannel: undefined });
  const [tabs] = open("/ping/");
  const [, heard] = open("/ping/");
  storage.isFull = true;
  tabs.broadcast(MESSAGE);
  assert.deepEqual(heard, []);
});

test("other entries of the storage are not for the tabs", () => {
  Object.assign(globalThis, { BroadcastChannel: undefined });
  const [, heard] = open("/ping/");
  storage.setItem("something else", "no JSON");
  assert.deepEqual(heard, []);
});
