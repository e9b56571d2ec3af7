import { momentAgo, NEVER, secondsSince } from "./clock";
import type { Limits } from "./facts";
import { backOff } from "./policy";
import type { Answer, Inquiry, Options } from "./protocol";

/** Seconds before a server that says nothing counts as lost. */
const PATIENCE = 30;

/** The state, in the body; but a proxy may have put one of its own in place of that of a 401. */
async function read(response: Response): Promise<Answer | null> {
  const answer: Answer | null = await response.json().catch(() => null);
  if (response.status !== 401 || answer?.state) return answer;
  const reason = response.headers.get("X-Session-Expired");
  return {
    state: "expired",
    reason: reason === "idle" || reason === "absolute" ? reason : "anonymous",
  };
}

/** Asks the server, and knows when it may be asked again and which of its answers still counts. */
export class PingClient {
  /** In a row. */
  failures = 0;
  private asked = 0; // questions, which are counted to be told apart
  private answered = 0; // the latest one whose answer has come
  private isWaiting = false; // for the answer to the latest attempt
  private attempt = NEVER; // when it was sent, or answered
  /** By 2.6.8, or a view of the site's own that has only `get`. */
  private isPostRefused = false;

  constructor(
    /** Those of the element that is in the page. */
    public options: Limits & Pick<Options, "pingUrl" | "signIn" | "user">,
  ) {}

  /** Seconds until the next question may be sent. */
  get mayAskIn(): number {
    // A question that hangs must not hold the next one back until it is given up.
    const patience = this.isWaiting ? this.options.expireAfter / 5 : 0;
    return patience + backOff(this.failures, this.options) - secondsSince(this.attempt);
  }

  /** Somebody is here, or the network is back: the next question need not wait. */
  allowNow(): void {
    this.attempt = NEVER;
  }

  /**
   * Ask, whether or not it is time to.
   *
   * An answer is "overtaken" if one to a later question has come. "Nobody is signed in" is so by
   * any later question, for somebody may have signed in between.
   */
  async ask(question: Inquiry, isPageHidden = false): Promise<Answer | "failed" | "overtaken"> {
    const number = ++this.asked;
    this.attempt = momentAgo();
    this.isWaiting = true;
    const answer = await this.sendQuestion(question, isPageHidden);
    this.attempt = momentAgo();
    this.isWaiting = false;
    if (number < (answer?.state === "expired" ? this.asked : this.answered)) return "overtaken";
    if (!answer) return "failed";
    this.answered = number;
    return answer;
  }

  /** A CSRF token of this moment, if there is an answer, whoever is signed in. */
  async fetchToken(): Promise<string | undefined> {
    return (await this.sendQuestion({ token: "1" }, false))?.csrfToken;
  }

  private async sendQuestion(question: Inquiry, isPageHidden: boolean): Promise<Answer | null> {
    try {
      const answer = await this.requestAnswer(question, isPageHidden);
      // A proxy, or a view of the site's own, may have answered with any JSON.
      if (answer?.state === "expired" || (answer && answer.idle < answer.expireAfter)) {
        this.failures = 0;
        return answer;
      }
    } catch {
      // No network, no time, or no JSON: all the same, it is asked again.
    }
    this.failures++;
    return null;
  }

  private async requestAnswer(question: Inquiry, isPageHidden: boolean): Promise<Answer | null> {
    const url = new URL(this.options.pingUrl, location.href);
    // 2.6.8 reads the query, and only whole seconds.
    if (question.idleFor) url.searchParams.set("idleFor", String(Math.floor(+question.idleFor)));
    const request: RequestInit = {
      credentials: "include", // also to the origin that a page was mounted from
      headers: { "X-Session-Security": "1" },
      signal: AbortSignal.timeout?.(PATIENCE * 1000), // Chrome 103, Safari 16
      keepalive: isPageHidden, // or the browser drops the request with the page
    };
    if (!this.isPostRefused) {
      const body = new URLSearchParams(question);
      const response = await fetch(url, { ...request, method: "POST", body });
      if (![403, 404, 405].includes(response.status)) return read(response);
    }
    const answer = this.readBare(await (await fetch(url, request)).json());
    this.isPostRefused ||= answer !== null;
    return answer;
  }

  /** What 2.x answers: whole seconds, or "logout". */
  private readBare(answer: unknown): Answer | null {
    if (answer === "logout") return { state: "expired", reason: "anonymous" };
    if (typeof answer !== "number") return null;
    const { expireAfter, warnAfter, signIn = "", user = "" } = this.options;
    return { state: "active", idle: answer, expireAfter, warnAfter, signIn, user };
  }
}
