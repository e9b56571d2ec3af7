import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import fc from "fast-check";
import { PingClient } from "../../client/ping";
import { backOff, decide, type Limits } from "../../client/policy";
import { AT_WORK, LIMITS } from "./facts";
import { useFakeTime } from "./fake_time";

const time = useFakeTime();
const realFetch = globalThis.fetch;

afterEach(() => {
  globalThis.fetch = realFetch;
});

const ACTIVE = {
  state: "active",
  idle: 0,
  absoluteIn: null,
  user: "one",
  signIn: "now",
  warnAfter: 540,
  expireAfter: 600,
};
const EXPIRED = { state: "expired", reason: "idle" };

/** A server that answers when, and what, the test says. */
class FakeServer {
  readonly asked: { url: string; init: RequestInit }[] = [];
  private readonly answers: ((answer: unknown) => void)[] = [];

  constructor() {
    globalThis.fetch = (url, init) => {
      this.asked.push({ url: String(url), init: init ?? {} });
      return new Promise((resolve, reject) => {
        this.answers.push((answer) => {
          if (answer === undefined) reject(new TypeError("Failed to fetch"));
          else resolve(new Response(JSON.stringify(answer)));
        });
      });
    };
  }

  /** Answers a question; without an answer, the network is gone. */
  answer(question: number, answer?: unknown): void {
    this.answers[question]?.(answer);
  }
}

test("a question is a form that no other site can send, and outlives a page that is hidden", async () => {
  const server = new FakeServer();
  const ping = new PingClient({ pingUrl: "/ping/", ...LIMITS });
  const answer = ping.ask({ idleFor: "1.500" }, true);
  server.answer(0, ACTIVE);
  assert.deepEqual(await answer, ACTIVE);
  const [asked] = server.asked;
  assert.equal(asked?.url, "/ping/");
  assert.equal(asked?.init.method, "POST");
  assert.equal(asked?.init.keepalive, true);
  assert.deepEqual(asked?.init.headers, { "X-Session-Security": "1" });
  assert.equal(String(asked?.init.body), "idleFor=1.500");
});

test("the first question may be asked at once, the next one half a second after its answer", async () => {
  const server = new FakeServer();
  const ping = new PingClient({ pingUrl: "/ping/", ...LIMITS });
  assert.ok(ping.mayAskIn <= 0);
  const answer = ping.ask({});
  assert.equal(ping.mayAskIn, 120.5); // unless it hangs
  time.pass(2);
  server.answer(0, ACTIVE);
  await answer;
  assert.equal(ping.mayAskIn, 0.5);
  time.pass(0.5);
  assert.equal(ping.mayAskIn, 0);
});

test("each failure makes the next question wait longer, and an answer ends that", async () => {
  const server = new FakeServer();
  const ping = new PingClient({ pingUrl: "/ping/", ...LIMITS });
  const waits = [];
  for (let question = 0; question < 8; question++) {
    const answer = ping.ask({});
    server.answer(question, question < 7 ? undefined : ACTIVE);
    await answer;
    waits.push(ping.mayAskIn);
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 30, 30, 0.5]);
});

test("when somebody comes, or the network does, nothing is waited for", async () => {
  const server = new FakeServer();
  const ping = new PingClient({ pingUrl: "/ping/", ...LIMITS });
  void ping.ask({});
  server.answer(0);
  ping.allowNow();
  assert.ok(ping.mayAskIn <= 0);
});

for (const [what, answer] of [
  ["no network", undefined],
  ["something that is no answer", { detail: "Please sign in to the wireless network." }],
  ["nothing", null],
  ["an answer that contradicts itself", { ...ACTIVE, idle: 600 }],
]) {
  test(`${what} is a failure, not an end`, async () => {
    const server = new FakeServer();
    const ping = new PingClient({ pingUrl: "/ping/", ...LIMITS });
    const outcome = ping.ask({});
    server.answer(0, answer);
    assert.equal(await outcome, "failed");
    assert.equal(ping.failures, 1);
  });
}

test("a page that is no JSON is a failure", async () => {
  globalThis.fetch = async () => new Response("<!doctype html>");
  assert.equal(await new PingClient({ pingUrl: "/ping/", ...LIMITS }).ask({}), "failed");
});

test("an answer that comes after that to a later question is overtaken, whatever it says", async () => {
  const server = new FakeServer();
  const ping = new PingClient({ pingUrl: "/ping/", ...LIMITS });
  const first = ping.ask({});
  const second = ping.ask({});
  server.answer(1, ACTIVE);
  assert.deepEqual(await second, ACTIVE);
  server.answer(0, ACTIVE);
  assert.equal(await first, "overtaken");
});

test("answers in order all count", async () => {
  const server = new FakeServer();
  const ping = new PingClient({ pingUrl: "/ping/", ...LIMITS });
  const answers = [ping.ask({}), ping.ask({})];
  server.answer(0, ACTIVE);
  assert.deepEqual(await answers[0], ACTIVE);
  server.answer(1, EXPIRED);
  assert.deepEqual(await answers[1], EXPIRED);
});

test("an end counts only if nothing was asked since, for somebody may have signed in", async () => {
  const server = new FakeServer();
  const ping = new PingClient({ pingUrl: "/ping/", ...LIMITS });
  const first = ping.ask({});
  void ping.ask({});
  server.answer(0, EXPIRED);
  assert.equal(await first, "overtaken");
});

test("a token is had whoever is signed in, or not at all", async () => {
  const server = new FakeServer();
  const ping = new PingClient({ pingUrl: "/ping/", ...LIMITS });
  const tokens = [ping.fetchToken(), ping.fetchToken(), ping.fetchToken()];
  server.answer(0, { ...ACTIVE, csrfToken: "one" });
  server.answer(1, { ...EXPIRED, csrfToken: "two" });
  server.answer(2);
  assert.deepEqual(await Promise.all(tokens), ["one", "two", undefined]);
  assert.equal(String(server.asked[0]?.init.body), "token=1");
});

test("a page that decides, asks and fails all day never asks before the back-off is over", async () => {
  const expireAfter = fc.integer({ min: 20, max: 3600 });
  await fc.assert(
    fc.asyncProperty(expireAfter, async (expireAfter) => {
      const limits: Limits = { warnAfter: 0.9 * expireAfter, expireAfter };
      const server = new FakeServer();
      const ping = new PingClient({ pingUrl: "/ping/", ...limits });
      let failed = -Infinity;
      for (let look = 0; look < 200; look++) {
        const { failures, mayAskIn } = ping;
        const facts = { ...AT_WORK, isUncertain: true, failures, mayAskIn };
        const { ask, lookAgainIn } = decide(facts, limits);
        if (ask) {
          // In sums of seconds a last digit may be missing.
          assert.ok(time.monotonic - failed >= backOff(failures, limits) - 1e-6);
          const answer = ping.ask({});
          server.answer(server.asked.length - 1);
          assert.equal(await answer, "failed");
          failed = time.monotonic;
        }
        time.pass(lookAgainIn);
      }
      assert.ok(server.asked.length > 3);
    }),
    { numRuns: 20 },
  );
});
