import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import fc from "fast-check";
import type { Limits } from "../../client/facts";
import { PingClient } from "../../client/ping";
import { backOff, decide } from "../../client/policy";
import { AT_WORK, LIMITS } from "./facts";
import { useFakeTime } from "./fake_time";

const time = useFakeTime();
const realFetch = globalThis.fetch;
Object.assign(globalThis, { location: { href: "https://site.example/page/" } });

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
  private readonly answers: ((answer: unknown, init?: ResponseInit) => void)[] = [];

  constructor() {
    globalThis.fetch = (url, init) => {
      this.asked.push({ url: String(url), init: init ?? {} });
      return new Promise((resolve, reject) => {
        this.answers.push((answer, init) => {
          if (answer === undefined) reject(new TypeError("Failed to fetch"));
          else resolve(new Response(JSON.stringify(answer), init));
        });
      });
    };
  }

  /** Answers a question; without an answer, the network is gone. */
  answer(question: number, answer?: unknown, init?: ResponseInit): void {
    this.answers[question]?.(answer, init);
  }

  /** Answers a question, and waits for what is done then. */
  async answerAtOnce(question: number, answer: unknown, init: ResponseInit): Promise<void> {
    this.answer(question, answer, init);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("a question is a form that no other site can send, and outlives a page that is hidden", async () => {
  const server = new FakeServer();
  const ping = new PingClient({ pingUrl: "/ping/", ...LIMITS });
  const answer = ping.ask({ idleFor: "1.500" }, true);
  server.answer(0, ACTIVE);
  assert.deepEqual(await answer, ACTIVE);
  const [asked] = server.asked;
  assert.equal(asked?.url, "https://site.example/ping/?idleFor=1");
  assert.equal(asked?.init.method, "POST");
  assert.equal(asked?.init.credentials, "include"); // to another origin, too
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

test("a 401 whose body is another's means the end, for the reason in its header", async () => {
  for (const [header, reason] of [
    ["absolute", "absolute"],
    ["something else", "anonymous"],
    ["", "anonymous"],
  ]) {
    const server = new FakeServer();
    const answer = new PingClient({ pingUrl: "/ping/", ...LIMITS }).ask({});
    const headers: HeadersInit = header ? { "X-Session-Expired": header } : {};
    server.answer(0, "Please sign in", { status: 401, headers });
    assert.deepEqual(await answer, { state: "expired", reason });
  }
});

test("a page that another's answer with status 403 or 500 reaches goes on in doubt", async () => {
  const server = new FakeServer();
  const answer = new PingClient({ pingUrl: "/ping/", ...LIMITS }).ask({});
  server.answer(0, "Something went wrong", { status: 500 });
  assert.equal(await answer, "failed");
});

for (const status of [403, 404, 405]) {
  test(`where POST is refused with ${status}, the question is asked by GET from then on`, async () => {
    const server = new FakeServer();
    const options = { pingUrl: "/ping/", user: "one", signIn: "now", ...LIMITS };
    const ping = new PingClient(options);
    const first = ping.ask({ idleFor: "12.9" });
    await server.answerAtOnce(0, "No.", { status });
    server.answer(1, 12);
    assert.deepEqual(await first, {
      state: "active",
      idle: 12,
      ...LIMITS,
      user: "one",
      signIn: "now",
    });
    const second = ping.ask({ idleFor: "20.2" });
    server.answer(2, "logout");
    assert.deepEqual(await second, { state: "expired", reason: "anonymous" });
    assert.deepEqual(
      server.asked.map(({ url, init }) => `${init.method ?? "GET"} ${new URL(url).search}`),
      ["POST ?idleFor=12", "GET ?idleFor=12", "GET ?idleFor=20"],
    );
  });
}

test("a refusal that GET does not answer either is a failure, and POST is tried again", async () => {
  const server = new FakeServer();
  const ping = new PingClient({ pingUrl: "/ping/", ...LIMITS });
  const first = ping.ask({});
  await server.answerAtOnce(0, "No.", { status: 403 });
  server.answer(1, { detail: "No." }, { status: 403 });
  assert.equal(await first, "failed");
  const second = ping.ask({});
  server.answer(2, ACTIVE);
  assert.deepEqual(await second, ACTIVE);
});
