// A webhook: tells one receiver of alerts over HTTP, in the format of Prometheus Alertmanager (webhook-body.ts).
//
// What        Alerts that fire, at once and again every resend interval, because Alertmanager takes what is not repeated for resolved
//             (its resolve_timeout). Alerts that resolved, with both times, until the receiver has answered. webhook-plan.ts has the order.
// At least    The board keeps what resolved until the receiver has answered, over restarts too, and everything that fires is sent after a
// once        start: so each alert arrives, some twice. Alertmanager tells alerts apart by their labels.
// Silence     While an alert is silenced neither its firing nor its end is sent; the receiver times out. One that is acknowledged is sent,
//             with who did.
// Failure     No answer, 408, 429 and 5xx: all is kept and sent again, after exponential backoff with full jitter, as it is by then. Any
//             other answer but 2xx: what was sent is rejected, counted and logged with the text of the answer; what follows is sent.
// Bounds      alertsMax a request, one request at a time, a timeout; of answers webhook-post.ts reads a few kilobytes. What waits is on
//             the board, which has bounds of its own.

import type { Clock } from "../platform/clock.ts";
import { LimitedWarning } from "../platform/limited-warning.ts";
import type { Logger } from "../platform/logger.ts";
import { type RetryPolicy, retryDelaysMs } from "../platform/retry-schedule.ts";
import type { BoardAlert } from "./alert-board.ts";
import type { AlertDesk } from "./alert-desk.ts";
import { postableAlert } from "./webhook-body.ts";
import { planWebhook, type WebhookFilter, type WebhookPlan } from "./webhook-plan.ts";
import { post } from "./webhook-post.ts";
import { nextWebhookState, type WebhookEvent, type WebhookState } from "./webhook-state.ts";

/** As Prometheus itself sends them. */
const alertsMax = 64;
const warningIntervalMs = 60_000;

export interface WebhookOptions {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly filter: WebhookFilter;
  /** Sensible: a fraction of the receiver's resolve_timeout. */
  readonly resendMs: number;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  readonly gatewayId: string;
  readonly desk: Pick<AlertDesk, "board" | "onChange" | "settle">;
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

/** Since the start. */
export interface WebhookCounters {
  /** Alerts that the receiver accepted. */
  sent: number;
  /** Alerts that it will not have. */
  rejected: number;
  /** Requests that failed and were made again. */
  retried: number;
}

export class Webhook {
  readonly name: string;
  readonly counters: WebhookCounters = { sent: 0, rejected: 0, retried: 0 };
  readonly #options: WebhookOptions;
  readonly #warnings: LimitedWarning;
  /** Of alerts that fire. */
  readonly #sentAtUs = new WeakMap<BoardAlert, number>();
  readonly #stop = new AbortController();
  #state: WebhookState = { kind: "idle" };
  #retryDelays: Iterator<number, never>;
  #lastError: string | null = null;
  #stopListening: (() => void) | null = null;
  #cancelTimer: (() => void) | null = null;
  #sending: Promise<void> = Promise.resolve();

  constructor(options: WebhookOptions) {
    this.name = options.name;
    this.#options = options;
    this.#warnings = new LimitedWarning(options.clock, warningIntervalMs);
    this.#retryDelays = this.#newRetryDelays();
  }

  /** When the desk has started. Once. */
  start(): void {
    this.#stopListening = this.#options.desk.onChange(() => this.#consider());
    this.#consider();
  }

  get state(): WebhookState["kind"] {
    return this.#state.kind;
  }

  /** Why nothing, or not all, was taken last; null since the receiver took something. */
  get lastError(): string | null {
    return this.#lastError;
  }

  /** Alerts that the receiver is to be sent now. */
  get waiting(): number {
    return this.#plan().due;
  }

  /** Gives up a request under way, which is made again after the next start. Idempotent; every call waits. Close the desk after it. */
  async close(): Promise<void> {
    this.#enter({ kind: "stop" });
    this.#stopListening?.();
    this.#cancelTimer?.();
    this.#stop.abort();
    await this.#sending;
  }

  #plan(): WebhookPlan {
    const { desk, filter, resendMs, clock, name } = this.#options;
    return planWebhook({
      board: desk.board,
      filter,
      settled: desk.board.settled.get(name) ?? 0,
      sentAtUs: (alert) => this.#sentAtUs.get(alert),
      resendUs: resendMs * 1000,
      alertsMax,
      nowUs: clock.nowUs(),
    });
  }

  /** Sends what is due, if nothing is on its way. */
  #consider(): void {
    if (this.#state.kind !== "idle") return;
    const { desk, clock, name } = this.#options;
    const plan = this.#plan();
    if (plan.alerts.length > 0) {
      this.#enter({ kind: "send" });
      this.#sending = this.#send(plan);
      return;
    }
    if (plan.settled > (desk.board.settled.get(name) ?? 0)) desk.settle(name, plan.settled);
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (plan.nextDueUs === Number.POSITIVE_INFINITY) return;
    this.#cancelTimer = clock.after(Math.ceil((plan.nextDueUs - clock.nowUs()) / 1000), () => this.#consider());
  }

  async #send(plan: WebhookPlan): Promise<void> {
    const { url, headers, timeoutMs, gatewayId, clock } = this.#options;
    const nowUs = clock.nowUs();
    const body = JSON.stringify(plan.alerts.map((alert) => postableAlert(alert, gatewayId)));
    const outcome = await post({ url, headers, body, timeoutMs, clock, signal: this.#stop.signal });
    if (this.#stop.signal.aborted && outcome.kind === "failed") return;
    switch (outcome.kind) {
      case "accepted":
        this.counters.sent += plan.alerts.length;
        this.#lastError = null;
        this.#settle(plan, nowUs);
        break;
      case "rejected":
        this.counters.rejected += plan.alerts.length;
        this.#warn("alerts rejected by webhook", { alerts: plan.alerts.length }, outcome.why);
        this.#settle(plan, nowUs);
        break;
      case "failed":
        this.counters.retried++;
        this.#backOff(outcome.why);
    }
  }

  #settle({ alerts, settled }: WebhookPlan, sentAtUs: number): void {
    const { desk, name } = this.#options;
    for (const alert of alerts) this.#sentAtUs.set(alert, sentAtUs);
    desk.settle(name, settled);
    this.#retryDelays = this.#newRetryDelays();
    this.#enter({ kind: "answered" });
    this.#consider();
  }

  #backOff(why: string): void {
    const { clock } = this.#options;
    const delayMs = this.#retryDelays.next().value;
    this.#warn("webhook away", { retryDelayMs: Math.round(delayMs) }, why);
    this.#enter({ kind: "failed", retryAtUs: clock.nowUs() + Math.round(delayMs * 1000) });
    this.#cancelTimer?.();
    this.#cancelTimer = clock.after(delayMs, () => {
      this.#enter({ kind: "retry" });
      this.#consider();
    });
  }

  #enter(event: WebhookEvent): void {
    this.#state = nextWebhookState(this.#state, event);
  }

  #newRetryDelays(): Iterator<number, never> {
    return retryDelaysMs(this.#options.retry, this.#options.random);
  }

  /** At most one line a minute for each message: an outage may last for weeks. */
  #warn(message: string, details: Readonly<Record<string, unknown>>, why: string): void {
    const { name, logger } = this.#options;
    this.#lastError = why;
    const suppressed = this.#warnings.pass(message);
    if (suppressed !== null) logger.warn({ webhook: name, ...details, suppressed }, `${message}: ${why}`);
  }
}
