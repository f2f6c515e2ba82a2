import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AppendDone, LogWrite } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import type { Alert } from "../../../src/model/alert.ts";
import { AlertDesk } from "../../../src/notify/alert-desk.ts";
import { Webhook, type WebhookOptions } from "../../../src/notify/webhook.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import type { Logger } from "../../../src/platform/logger.ts";
import { AlertReceiver, type Answer } from "../../support/alert-receiver.ts";
import { firing, namesOf, resolved } from "../../support/alert-transitions.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { interceptedLog } from "../../support/intercepted-log.ts";
import { append } from "../../support/log-appends.ts";

const everything = { severityMin: "info", rule: "*", device: "*", metric: "*", tag: "*" } as const;
const retryDelayMs = 1000;

/** A desk and its webhook before a real server, on a clock of the test. */
class Bench {
  readonly clock = new FakeClock();
  readonly log = createMemoryLog({ clock: this.clock });
  readonly lines: string[] = [];
  isCut = false;
  desk!: AlertDesk;
  webhook!: Webhook;
  readonly #receiver: AlertReceiver;
  readonly #more: Partial<WebhookOptions>;

  constructor(receiver: AlertReceiver, more: Partial<WebhookOptions> = {}) {
    this.#receiver = receiver;
    this.#more = more;
    onTestFinished(() => this.close());
  }

  static async started(receiver: AlertReceiver, more: Partial<WebhookOptions> = {}): Promise<Bench> {
    const bench = new Bench(receiver, more);
    await bench.start();
    return bench;
  }

  async start(): Promise<void> {
    const note = (details: unknown, message: string) => this.lines.push(`${message} ${JSON.stringify(details)}`);
    const logger = { debug: note, info: note, warn: note, error: note } as unknown as Logger;
    const clock = this.clock;
    const log = interceptedLog(this.log, (write: LogWrite, done: AppendDone) =>
      this.isCut ? done(new TidegateError("LOG_CLOSED", "the power is cut")) : this.log.append(write, done),
    );
    const limits = { alertsMax: 1000, resolvedMax: 1000, silencesMax: 10 };
    this.desk = new AlertDesk({ log, limits, webhooks: ["w"], clock, logger });
    await this.desk.start();
    this.webhook = new Webhook({
      ...{ name: "w", url: this.#receiver.url, headers: { "x-plant": "north" }, filter: everything, gatewayId: "gw" },
      ...{ resendMs: 60_000, retry: { delayMsMin: retryDelayMs, delayMsMax: retryDelayMs }, timeoutMs: 10_000 },
      ...{ desk: this.desk, clock, random: () => 0.999, logger },
      ...this.#more,
    });
    this.webhook.start();
  }

  async lane(...alerts: Alert[]): Promise<void> {
    await append(this.log, { alerts });
    await this.desk.reached(this.log.bounds("alerts").endOffset, new AbortController().signal);
  }

  /** Resolves when the webhook has dealt with the answer of the last request. */
  async answered(): Promise<void> {
    while (this.webhook.state === "sending") await new Promise((resolve) => setImmediate(resolve));
  }

  /** Without a word to the disk, as in a power cut. */
  async kill(): Promise<void> {
    this.isCut = true;
    await this.close();
    this.isCut = false;
  }

  async close(): Promise<void> {
    await this.webhook.close();
    await this.desk.close();
  }
}

describe("a webhook", () => {
  test("is sent an alert as soon as it fires, again at every resend interval, and its end once", async () => {
    const receiver = await AlertReceiver.start();
    const bench = await Bench.started(receiver, { headers: { "x-plant": "north", authorization: "Bearer secret" } });
    await bench.lane(firing("a"));
    const { headers, alerts } = await receiver.until(1);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "x-plant": "north",
      authorization: "Bearer secret",
    });
    expect(alerts[0]).toMatchObject({ labels: { alertname: "hot", device: "a", gateway: "gw" } });
    await bench.answered();
    bench.clock.advanceMs(59_999);
    expect(receiver.requests).toHaveLength(1);
    bench.clock.advanceMs(1);
    await receiver.until(2);
    await bench.answered();
    await bench.lane(resolved("a"));
    await receiver.until(3);
    await bench.answered();
    bench.clock.advanceMs(600_000);
    await bench.answered();
    expect(receiver.said).toEqual([["a firing"], ["a firing"], ["a resolved"]]);
    expect(bench.webhook.counters).toEqual({ sent: 3, rejected: 0, retried: 0 });
    expect(bench.webhook.waiting).toBe(0);
  });

  const failures: [string, Answer][] = [
    ["500", { status: 500, text: "no" }],
    ["429", { status: 429 }],
    ["408", { status: 408 }],
    ["a connection that is cut", (response) => response.destroy()],
    ["a connection that is cut within the answer", (response) => response.writeHead(200).write("x", () => response.destroy())],
  ];
  test.each(failures)("that answers with %s is asked again after the delay, with what is due by then", async (_, answer) => {
    const receiver = await AlertReceiver.start();
    receiver.answers.push(answer, answer);
    const bench = await Bench.started(receiver);
    await bench.lane(firing("a"));
    await receiver.until(1);
    await bench.answered();
    expect(bench.webhook.state).toBe("backing-off");
    await bench.lane(resolved("a"), firing("b"));
    expect(bench.webhook.waiting).toBe(2);
    for (const count of [2, 3]) {
      bench.clock.advanceMs(retryDelayMs);
      await receiver.until(count);
      await bench.answered();
    }
    expect(receiver.said).toEqual([["a firing"], ["a resolved", "b firing"], ["a resolved", "b firing"]]);
    expect(bench.webhook.counters).toEqual({ sent: 2, rejected: 0, retried: 2 });
    expect([bench.webhook.state, bench.webhook.lastError, bench.webhook.waiting]).toEqual(["idle", null, 0]);
    expect(bench.lines.filter((line) => line.includes("webhook away"))).toHaveLength(1);
  });

  test("that never answers is given up after the timeout, and asked again", async () => {
    const receiver = await AlertReceiver.start();
    receiver.answers.push(() => undefined);
    const bench = await Bench.started(receiver);
    await bench.lane(firing("a"));
    await receiver.until(1);
    bench.clock.advanceMs(9_999);
    expect(bench.webhook.state).toBe("sending");
    bench.clock.advanceMs(1);
    await bench.answered();
    expect(bench.webhook.lastError).toBe("no answer within 10000 ms");
    bench.clock.advanceMs(retryDelayMs);
    await receiver.until(2);
    await bench.answered();
    expect(bench.webhook.counters.sent).toBe(1);
  });

  test.each([400, 404, 302])(
    "that answers %s has what it was sent rejected, counted and logged; what follows is sent",
    async (status) => {
      const receiver = await AlertReceiver.start();
      receiver.answers.push({ status, text: "invalid label set" });
      const bench = await Bench.started(receiver);
      await bench.lane(firing("a"), resolved("a"));
      await receiver.until(1);
      await bench.answered();
      expect(bench.webhook.counters).toEqual({ sent: 0, rejected: 1, retried: 0 });
      expect(bench.webhook.lastError).toBe(`it answered ${status} invalid label set`);
      expect(bench.lines.join()).toContain(`it answered ${status} invalid label set`);
      await bench.lane(firing("b"));
      await receiver.until(2);
      expect(receiver.said).toEqual([["a resolved"], ["b firing"]]);
    },
  );

  test("whose answer has no end is not listened to for ever", async () => {
    const receiver = await AlertReceiver.start();
    receiver.answers.push((response) => {
      response.writeHead(400);
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(1024)));
      };
      response.on("drain", more);
      more();
    });
    const bench = await Bench.started(receiver);
    await bench.lane(firing("a"));
    await receiver.until(1);
    await bench.answered();
    expect(bench.webhook.counters.rejected).toBe(1);
    expect(bench.webhook.lastError?.length).toBeLessThan(5000);
  });

  test("is sent at most 64 alerts a request, one request at a time", async () => {
    const receiver = await AlertReceiver.start();
    const held: ServerResponse[] = [];
    receiver.answers.push((response) => held.push(response));
    const bench = await Bench.started(receiver);
    const devices = Array.from({ length: 150 }, (_, index) => `d${index}`);
    await bench.lane(...devices.map((device) => firing(device)));
    await receiver.until(1);
    await bench.lane(firing("late"));
    held[0]?.end();
    await receiver.until(3);
    await bench.answered();
    expect(receiver.said.map((alerts) => alerts.length)).toEqual([64, 64, 23]);
    expect(new Set(receiver.said.flat()).size).toBe(151);
    expect(receiver.openMax).toBe(1);
  });

  test("is not sent what is silenced, but after the silence if it still fires", async () => {
    const receiver = await AlertReceiver.start();
    const bench = await Bench.started(receiver);
    const untilUs = bench.clock.nowUs() + 60_000_000;
    const all = { rule: "*", metric: "*", tag: "*", severity: null };
    await bench.desk.silence({ ...all, device: "quiet*" }, { untilUs, by: "ada", comment: "" });
    await bench.lane(firing("quiet-1"), firing("quiet-2"), resolved("quiet-2"), firing("loud"));
    await receiver.until(1);
    await bench.answered();
    bench.clock.advanceMs(59_999);
    expect(receiver.said).toEqual([["loud firing"]]);
    bench.clock.advanceMs(1);
    await receiver.untilAll((requests) => requests.flatMap(({ alerts }) => alerts).length >= 3);
    expect(receiver.said.flat().sort()).toEqual(["loud firing", "loud firing", "quiet-1 firing"]);
  });

  test("is not sent the end of what was silenced while it waited, after a kill either", async () => {
    const receiver = await AlertReceiver.start();
    receiver.always = { status: 500 };
    const bench = await Bench.started(receiver);
    await bench.lane(firing("a"), resolved("a"), firing("b"), resolved("b"));
    await receiver.until(1);
    await bench.answered();
    const [by, untilUs] = ["ada", bench.clock.nowUs() + 60_000_000];
    await bench.desk.silence({ rule: "*", device: "a", metric: "*", tag: "*", severity: null }, { untilUs, by, comment: "" });
    expect(bench.webhook.waiting).toBe(1);
    await bench.kill();
    receiver.always = null;
    await bench.start();
    await receiver.until(2);
    expect(receiver.said[1]).toEqual(["b resolved"]);
  });

  test("is sent what is acknowledged, with who did", async () => {
    const receiver = await AlertReceiver.start();
    const bench = await Bench.started(receiver);
    await bench.lane(firing("a"));
    await receiver.until(1);
    await bench.answered();
    await bench.desk.acknowledge(namesOf(firing("a")), { by: "ada", comment: "" });
    bench.clock.advanceMs(60_000);
    const { alerts } = await receiver.until(2);
    expect(alerts[0]?.annotations.acknowledged_by).toBe("ada");
  });

  test("is sent after a kill what it was not sent before, and the end of an alert that it was told of not again", async () => {
    const receiver = await AlertReceiver.start();
    const bench = await Bench.started(receiver);
    await bench.lane(firing("told"), resolved("told"));
    await receiver.until(1);
    await bench.answered();
    // What it was told is kept within a second.
    bench.clock.advanceMs(1000);
    await append(bench.log, {});
    receiver.always = { status: 500 };
    await bench.lane(firing("over"), resolved("over"), firing("on"));
    await receiver.until(2);
    await bench.kill();
    await append(bench.log, { alerts: [firing("new"), resolved("new")] });
    receiver.always = null;
    await bench.start();
    await receiver.until(3);
    await bench.answered();
    expect(receiver.said[2]).toEqual(["over resolved", "new resolved", "on firing"]);
  });

  test("that takes long does not hold up the end of the gateway", async () => {
    const receiver = await AlertReceiver.start();
    const hung = new Promise<void>((resolve) => {
      receiver.answers.push((response) => void once(response, "close").then(() => resolve()));
    });
    const bench = await Bench.started(receiver);
    await bench.lane(firing("a"));
    await receiver.until(1);
    await bench.close();
    await hung;
    expect(bench.webhook.counters.retried).toBe(0);
  });
});
