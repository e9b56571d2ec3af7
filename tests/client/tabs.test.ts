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

beforeEach(() => {
  Object.assign(globalThis, { window: globalThis, BroadcastChannel: FakeChannel });
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

test("tabs of one site hear each other", () => {
  const [tabs] = open("/ping/");
  const [, heard] = open("/ping/");
  const [, heardElsewhere] = open("/other/ping/");
  tabs.broadcast(MESSAGE);
  assert.deepEqual(heard, [MESSAGE]);
  assert.deepEqual(heardElsewhere, []);
});

test("who has stopped neither speaks nor hears, and may start again", () => {
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

test("without a BroadcastChannel a tab is silent, and goes on", () => {
  Object.assign(globalThis, { BroadcastChannel: undefined });
  const [tabs] = open("/ping/");
  const [, heard] = open("/ping/");
  tabs.broadcast(MESSAGE);
  tabs.stop();
  assert.deepEqual(heard, []);
});
