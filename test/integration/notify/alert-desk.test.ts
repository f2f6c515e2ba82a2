import { describe, expect, test } from "vitest";
import type { AppendDone, Log, LogWrite } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { AlertDesk, type AlertDeskOptions } from "../../../src/notify/alert-desk.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { firing, namesOf, resolved } from "../../support/alert-transitions.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { interceptedLog } from "../../support/intercepted-log.ts";
import { append } from "../../support/log-appends.ts";

const limits = { alertsMax: 10, resolvedMax: 10, silencesMax: 2 };
const everything = { rule: "*", device: "*", metric: "*", tag: "*", severity: null };
const ada = { by: "ada", comment: "on my way" };

/** A log in which checkpoints wait for the test, and the desk over it. */
class Bench {
  readonly clock = new FakeClock();
  readonly log = createMemoryLog({ clock: this.clock });
  /** What becomes of a write of the desk; null: it is passed on. */
  onWrite: ((write: LogWrite, done: AppendDone) => void) | null = null;
  desk = this.open();

  open(more: Partial<AlertDeskOptions> = {}): AlertDesk {
    const log: Log = interceptedLog(this.log, (write, done) =>
      this.onWrite === null ? this.log.append(write, done) : this.onWrite(write, done),
    );
    this.desk = new AlertDesk({ log, limits, webhooks: [], clock: this.clock, logger: createLogger("silent"), ...more });
    return this.desk;
  }

  static async started(): Promise<Bench> {
    const bench = new Bench();
    await bench.desk.start();
    return bench;
  }

  /** Appends the transitions; resolves when the desk has them. */
  async lane(...alerts: ReturnType<typeof firing>[]): Promise<void> {
    await append(this.log, { alerts });
    await this.desk.reached(this.log.bounds("alerts").endOffset, new AbortController().signal);
  }

  /** The desk is gone without a word, as in a power cut, and another one starts. */
  async killAndRestart(more: Partial<AlertDeskOptions> = {}): Promise<void> {
    this.onWrite = (_, done) => done(new TidegateError("LOG_CLOSED", "the power is cut"));
    await this.desk.close();
    this.onWrite = null;
    await this.open(more).start();
  }

  get active(): string[] {
    return Array.from(this.desk.board.active, ({ alert, acknowledged, silencedUntilUs }) =>
      [
        alert.device,
        ...(acknowledged === null ? [] : [acknowledged.by]),
        ...(silencedUntilUs === null ? [] : ["silenced"]),
      ].join(" "),
    );
  }
}

describe("the alert desk", () => {
  test("has caught up with the lane when it has started", async () => {
    const bench = new Bench();
    await append(bench.log, { alerts: [firing("a"), firing("b"), resolved("a")] });
    await bench.desk.start();
    expect(bench.active).toEqual(["b"]);
  });

  test("knows what fires after a restart though the lane no longer has the transition, and what resolved meanwhile", async () => {
    const bench = await Bench.started();
    await bench.lane(firing("a"), firing("b"));
    bench.clock.advanceMs(1000);
    await append(bench.log, {});
    await bench.log.trim("alerts", 2);
    await append(bench.log, { alerts: [resolved("a"), firing("c")] });
    await bench.killAndRestart();
    expect(bench.log.bounds("alerts").startOffset).toBe(2);
    expect(bench.active).toEqual(["b", "c"]);
    expect(bench.desk.missed).toBe(0);
  });

  test("counts what was gone before it was read", async () => {
    const bench = await Bench.started();
    await bench.lane(firing("a"));
    await bench.desk.close();
    await append(bench.log, { alerts: [resolved("a"), firing("b")] });
    await append(bench.log, { alerts: [firing("c")] });
    await bench.log.trim("alerts", 3);
    await bench.open().start();
    expect(bench.active).toEqual(["a", "c"]);
    expect(bench.desk.missed).toBe(2);
  });

  test("starts though all that it has not read is gone, and counts that when the lane goes on", async () => {
    const bench = await Bench.started();
    await bench.lane(firing("a"));
    await bench.desk.close();
    await append(bench.log, { alerts: [resolved("a"), firing("b")] });
    await bench.log.trim("alerts", 3);
    await bench.open().start();
    expect(bench.active).toEqual(["a"]);
    await bench.lane(firing("c"));
    expect([bench.active, bench.desk.missed]).toEqual([["a", "c"], 2]);
  });

  test("an acknowledgement is on disk before it is answered or seen, survives a kill, and ends with the alert", async () => {
    const bench = await Bench.started();
    await bench.lane(firing("a"), firing("b"));
    const held: (() => void)[] = [];
    bench.onWrite = (write, done) => held.push(() => bench.log.append(write, done));
    const answered = bench.desk.acknowledge(namesOf(firing("a")), ada);
    expect(bench.active).toEqual(["a", "b"]);
    held[0]?.();
    expect((await answered).acknowledged).toEqual({ ...ada, atUs: bench.clock.nowUs() });
    await bench.killAndRestart();
    expect(bench.active).toEqual(["a ada", "b"]);
    await bench.lane(resolved("a"), firing("a"));
    expect(bench.active).toEqual(["b", "a"]);
  });

  test("an acknowledgement can be taken back, for good", async () => {
    const bench = await Bench.started();
    await bench.lane(firing("a"));
    await bench.desk.acknowledge(namesOf(firing("a")), ada);
    await bench.desk.unacknowledge(namesOf(firing("a")));
    await bench.killAndRestart();
    expect(bench.active).toEqual(["a"]);
  });

  test("only what fires can be acknowledged", async () => {
    const bench = await Bench.started();
    await bench.lane(firing("a"), resolved("a"));
    await expect(bench.desk.acknowledge(namesOf(firing("a")), ada)).rejects.toMatchObject({ code: "ALERT_NOT_ACTIVE" });
    await expect(bench.desk.unacknowledge(namesOf(firing("b")))).rejects.toThrow(/device b.*List the active ones/);
  });

  test("an alert that resolves while its acknowledgement is on its way to the disk does not come back", async () => {
    const bench = await Bench.started();
    await bench.lane(firing("a"));
    const held: (() => void)[] = [];
    bench.onWrite = (write, done) => held.push(() => bench.log.append(write, done));
    const answered = bench.desk.acknowledge(namesOf(firing("a")), ada);
    await bench.lane(resolved("a"));
    for (const release of held) release();
    await answered;
    bench.onWrite = null;
    await bench.desk.close();
    await bench.open().start();
    expect(bench.active).toEqual([]);
  });

  test("a disk that refuses is told to the operator, changes nothing, and the board is kept when it takes writes again", async () => {
    const bench = await Bench.started();
    await bench.lane(firing("a"), firing("b"));
    bench.onWrite = (_, done) => done(new TidegateError("LOG_WRITE_FAILED", "no"));
    await expect(bench.desk.acknowledge(namesOf(firing("a")), ada)).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
    await expect(bench.desk.silence(everything, { ...ada, untilUs: 9e15 })).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
    expect(bench.active).toEqual(["a", "b"]);
    bench.onWrite = null;
    await bench.desk.acknowledge(namesOf(firing("a")), ada);
    await bench.log.trim("alerts", 2);
    await bench.killAndRestart();
    expect(bench.active).toEqual(["a ada", "b"]);
  });

  test("a disk that refuses writes at the start does not keep the gateway from starting", async () => {
    const bench = new Bench();
    await append(bench.log, { alerts: [firing("a")] });
    bench.onWrite = (_, done) => done(new TidegateError("LOG_WRITE_FAILED", "no"));
    await bench.open({ webhooks: ["w"] }).start();
    expect(bench.active).toEqual(["a"]);
    bench.onWrite = null;
    bench.clock.advanceMs(1000);
    await append(bench.log, { alerts: [resolved("a")] });
    await bench.killAndRestart({ webhooks: ["w"] });
    expect(bench.desk.board.resolved.map(({ alert }) => alert.device)).toEqual(["a"]);
  });

  test("a silence covers what fires now and later, survives a kill, and ends at its time, on the clock", async () => {
    const bench = await Bench.started();
    await bench.lane(firing("a"), firing("b"));
    const untilUs = bench.clock.nowUs() + 7_200_000_000;
    const silence = await bench.desk.silence({ ...everything, device: "a*" }, { ...ada, untilUs });
    await bench.lane(firing("a2"));
    expect(bench.active).toEqual(["a silenced", "b", "a2 silenced"]);
    await bench.killAndRestart();
    expect(bench.desk.silences).toEqual([silence]);
    expect(bench.active).toEqual(["a silenced", "b", "a2 silenced"]);
    bench.clock.advanceMs(7_199_999);
    expect(bench.active[0]).toBe("a silenced");
    bench.clock.advanceMs(1);
    expect(bench.active).toEqual(["a", "b", "a2"]);
    expect(bench.desk.silences).toEqual([]);
    await append(bench.log, {});
    expect((await bench.log.readCheckpoints("notify/silence/")).length).toBe(0);
  });

  test("a silence that ended while the gateway was away does not hold after the start, and its number is not given again", async () => {
    const bench = await Bench.started();
    await bench.desk.silence(everything, { ...ada, untilUs: bench.clock.nowUs() + 1_000_000 });
    await bench.desk.close();
    bench.clock.advanceMs(1000);
    await bench.open().start();
    expect(bench.desk.silences).toEqual([]);
    const { id } = await bench.desk.silence(everything, { ...ada, untilUs: bench.clock.nowUs() + 1 });
    expect(id).toBe("2");
  });

  test("a silence can be removed; the other one that covers the alert goes on", async () => {
    const bench = await Bench.started();
    await bench.lane(firing("a"));
    const nowUs = bench.clock.nowUs();
    const long = await bench.desk.silence(everything, { ...ada, untilUs: nowUs + 9_000_000 });
    const short = await bench.desk.silence(everything, { ...ada, untilUs: nowUs + 5_000_000 });
    await bench.desk.unsilence(long.id);
    expect(Array.from(bench.desk.board.active, ({ silencedUntilUs }) => silencedUntilUs)).toEqual([nowUs + 5_000_000]);
    await bench.killAndRestart();
    expect(bench.desk.silences).toEqual([short]);
    await expect(bench.desk.unsilence(long.id)).rejects.toMatchObject({ code: "SILENCE_UNKNOWN" });
  });

  test("beyond silencesMax a silence is refused, those on their way to the disk counted", async () => {
    const bench = await Bench.started();
    const untilUs = bench.clock.nowUs() + 1_000_000;
    const asked = [1, 2, 3].map(() => bench.desk.silence(everything, { ...ada, untilUs }));
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    await expect(asked[2]).rejects.toThrow(/notify\.silencesMax/);
    await expect(bench.desk.silence(everything, { ...ada, untilUs: bench.clock.nowUs() })).rejects.toMatchObject({
      code: "REQUEST_INVALID",
    });
  });

  test("a hundred requests may wait for the disk; a further one is refused", async () => {
    const bench = await Bench.started();
    await bench.lane(firing("a"));
    const held: (() => void)[] = [];
    bench.onWrite = (write, done) => held.push(() => bench.log.append(write, done));
    const asked = Array.from({ length: 101 }, () => bench.desk.acknowledge(namesOf(firing("a")), ada));
    await expect(asked[100]).rejects.toMatchObject({ code: "LOG_QUEUE_FULL" });
    for (const release of held) release();
    expect(await Promise.all(asked.slice(0, 100))).toHaveLength(100);
  });

  test("says which alerts have another note; not those whose note stays as it was", async () => {
    const bench = await Bench.started();
    await bench.lane(firing("a"), firing("b"));
    const told: string[][] = [];
    bench.desk.onChange((noted) => told.push(noted.map(({ alert }) => alert.device)));
    await bench.desk.acknowledge(namesOf(firing("b")), ada);
    const untilUs = bench.clock.nowUs() + 5_000_000;
    await bench.desk.silence({ ...everything, device: "a" }, { ...ada, untilUs });
    await bench.desk.silence({ ...everything, device: "a" }, { ...ada, untilUs: untilUs - 1 });
    bench.clock.advanceMs(5000);
    expect(told.filter((devices) => devices.length > 0)).toEqual([["b"], ["a"], ["a"]]);
  });

  test("a webhook that is removed from the configuration keeps nothing waiting, one that is new is not told of the past", async () => {
    const bench = new Bench();
    await bench.open({ webhooks: ["old"] }).start();
    await bench.lane(firing("a"), resolved("a"));
    expect(bench.desk.board.resolved).toHaveLength(1);
    await bench.desk.close();
    await bench.open({ webhooks: ["new"] }).start();
    expect(bench.desk.board.resolved).toEqual([]);
    await bench.lane(firing("b"), resolved("b"));
    await bench.killAndRestart({ webhooks: ["new"] });
    expect(bench.desk.board.resolved.map(({ alert }) => alert.device)).toEqual(["b"]);
  });
});
