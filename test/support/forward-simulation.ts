import { isDeepStrictEqual } from "node:util";
import { recordsOf } from "../../src/codec/block-records.ts";
import { lostByReason, settledOf, totalOf } from "../../src/collector/lane-progress.ts";
import { Forwarder } from "../../src/forward/forwarder.ts";
import type { Log, LogWrite } from "../../src/log/log.ts";
import { createMemoryLog } from "../../src/log/memory-log.ts";
import { denseEnd, unionOf } from "../../src/model/interval-set.ts";
import { type Lane, lanes } from "../../src/model/lane.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { FakeClock } from "./fake-clock.ts";
import { MemoryStore } from "./memory-store.ts";
import { alertFor, readingsFrom, resultFor } from "./records.ts";
import { seededRandom } from "./seeded-random.ts";
import { isRefused, SimulatedWay, type WayOptions } from "./simulated-way.ts";

const logger = createLogger("silent");
const stepsMax = 30;
/** In all, once nothing goes wrong any more. */
const drainMsMax = 300_000;
/** What a forwarder waits for is at most so many turns of the event loop away, if it is not the clock. */
const turnsPerStep = 6;

export interface SimulationResult {
  readonly records: number;
  readonly duplicates: number;
  readonly lost: number;
  /** Times that new records overtook older ones. */
  readonly overtakings: number;
}

/**
 * One gateway and one collector, with everything that may happen to either and to the way between them, in a time of their own.
 * Throws, with the seed, if a record is missing, there twice, altered, out of order with fifo, or of a lane that does not go there; or
 * if it comes to a stop.
 */
export async function simulateForwarding(seed: number): Promise<SimulationResult> {
  const simulation = new Simulation(seed);
  try {
    return await simulation.run();
  } catch (error) {
    throw new Error(`simulation with seed ${seed}`, { cause: error });
  }
}

class Simulation {
  readonly #random: () => number;
  readonly #clock = new FakeClock();
  readonly #log: Log;
  readonly #store = new MemoryStore();
  readonly #way: SimulatedWay;
  readonly #order: "live-first" | "fifo";
  readonly #upstream: WayOptions["upstream"];
  readonly #lanes: readonly Lane[];
  readonly #origin;
  readonly #appended: Record<Lane, unknown[]> = { readings: [], results: [], alerts: [] };
  #trimmed = 0;
  #forwarder: Forwarder | null = null;
  #end = () => {};

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#log = createMemoryLog({ clock: this.#clock });
    this.#order = this.#random() < 0.5 ? "live-first" : "fifo";
    this.#origin = { gatewayId: "gw-1", logId: this.#log.logId };
    this.#upstream = this.#oneOf("collector", "ordered", "records");
    this.#lanes = this.#oneOf<readonly Lane[]>(lanes, lanes, ["results", "alerts"], ["readings"]);
    this.#way = new SimulatedWay({
      origin: this.#origin,
      store: this.#store,
      clock: this.#clock,
      random: this.#random,
      upstream: this.#upstream,
      oneAtATime: this.#upstream === "records" && this.#order === "fifo",
    });
  }

  async run(): Promise<SimulationResult> {
    await this.#startForwarder();
    const steps = 5 + this.#below(stepsMax);
    for (let step = 0; step < steps; step++) await this.#step();
    this.#way.isBad = false;
    await this.#drain();
    await this.#forwarder?.close();
    return this.#check();
  }

  async #step(): Promise<void> {
    const choice = this.#random();
    if (choice < 0.45) await this.#append();
    else if (choice < 0.8) await this.#pass(this.#below(this.#random() < 0.2 ? 20_000 : 500));
    else if (choice < 0.85) this.#way.cut();
    else if (choice < 0.88) this.#way.mute();
    else if (choice < 0.92) await this.#restart("closed");
    else if (choice < 0.96) await this.#restart("killed");
    else await this.#trim();
    await turns();
  }

  async #append(): Promise<void> {
    const [readings, results, alerts] = [this.#below(60), this.#below(4), this.#below(3)];
    const first = this.#appended.readings.length;
    await this.#write("readings", { readings: readingsFrom(first, readings, this.#random) });
    const numbers = (lane: Lane, count: number) => Array.from({ length: count }, (_, i) => this.#appended[lane].length + i);
    await this.#write("results", { results: numbers("results", results).map(resultFor) });
    await this.#write("alerts", { alerts: numbers("alerts", alerts).map(alertFor) });
  }

  async #write(lane: Lane, write: LogWrite): Promise<void> {
    const records = write[lane] ?? [];
    if (records.length === 0) return;
    const before = this.#log.bounds(lane).endOffset;
    await new Promise((resolve) => this.#log.append(write, resolve));
    // The log puts the readings of a block into columns: what it then says is what must arrive.
    const [block] = await this.#log.read(lane, before, 1);
    if (block === undefined || block.count !== records.length) throw new Error("an append is one block");
    this.#appended[lane].push(...recordsOf(lane, block.bytes).records);
  }

  async #trim(): Promise<void> {
    const lane = lanes[this.#below(3)] as Lane;
    const { startOffset, endOffset } = this.#log.bounds(lane);
    await this.#log.trim(lane, startOffset + this.#below(endOffset - startOffset));
    this.#trimmed += this.#log.bounds(lane).startOffset - startOffset;
  }

  async #restart(how: "closed" | "killed"): Promise<void> {
    if (how === "closed") await this.#forwarder?.close();
    this.#end();
    // What was not flushed is gone; what its link has sent goes on its way.
    this.#way.cut();
    await this.#startForwarder();
  }

  async #startForwarder(): Promise<void> {
    const clock = new MortalClock(this.#clock);
    this.#end = () => clock.stop();
    this.#forwarder = new Forwarder({
      sink: this.#way,
      log: this.#log,
      clock,
      random: this.#random,
      logger,
      retry: { delayMsMin: 100, delayMsMax: 2000 },
      ackTimeoutMs: 3000,
      lingerMs: this.#random() < 0.5 ? 0 : 100,
      lanes: this.#lanes,
      inflightBytesMax: this.#oneOf(200, 2000, 1_000_000),
      inflightBatchesMax: this.#random() < 0.3 ? 2 : 100,
      order: this.#order,
      backlogShare: 0.1 + this.#random() * 0.8,
      backlogRecordsMin: 20,
      bandwidthPerSecondMax: this.#oneOf(1000, 20_000, undefined, undefined),
    });
    await this.#forwarder.start();
  }

  async #drain(): Promise<void> {
    for (let passedMs = 0; !this.#isDrained(); passedMs += 100) {
      if (passedMs > drainMsMax) throw new Error(`it stands still: ${JSON.stringify(this.#forwarder?.status())}`);
      await this.#pass(100);
    }
  }

  #isDrained(): boolean {
    return this.#lanes.every((lane) => {
      const { endOffset } = this.#log.bounds(lane);
      const settled = settledOf(this.#store.progress(this.#origin, lane));
      const refused = this.#quarantined(lane);
      return (
        denseEnd(
          unionOf(
            settled,
            refused.map((offset) => ({ start: offset, end: offset + 1 })),
          ),
        ) === endOffset
      );
    });
  }

  async #pass(durationMs: number): Promise<void> {
    for (let left = durationMs; left > 0; left -= 50) {
      this.#clock.advanceMs(Math.min(50, left));
      await turns();
    }
  }

  #check(): SimulationResult {
    let [records, lost, overtakings] = [0, 0, 0];
    const unwanted = lanes.filter((lane) => !this.#lanes.includes(lane));
    if (unwanted.some((lane) => settledOf(this.#store.progress(this.#origin, lane)).length > 0))
      throw new Error("something came of a lane that does not go there");
    for (const lane of this.#lanes) {
      const seen = this.#checkLane(lane);
      records += seen.stored;
      overtakings += seen.overtakings;
      lost += totalOf(lostByReason(this.#store.progress(this.#origin, lane)));
    }
    if (lost > this.#trimmed) throw new Error(`${lost} records are lost and ${this.#trimmed} were removed`);
    if (this.#order === "fifo" && overtakings > 0) throw new Error(`${overtakings} blocks came out of order`);
    return { records, duplicates: this.#store.duplicateRecords, lost, overtakings };
  }

  #checkLane(lane: Lane): { stored: number; overtakings: number } {
    const [stored, expected] = [new Set<number>(), this.#appended[lane]];
    let [nextOffset, overtakings] = [0, 0];
    for (const block of this.#store.stored.filter((each) => each.lane === lane)) {
      if (block.firstOffset < nextOffset) overtakings++;
      nextOffset = block.firstOffset;
      for (const [index, record] of recordsOf(lane, block.bytes).records.entries()) {
        const offset = block.firstOffset + index;
        if (stored.has(offset)) throw new Error(`${lane} ${offset} is there twice`);
        stored.add(offset);
        if (!isDeepStrictEqual(record, expected[offset])) throw new Error(`${lane} ${offset} is not what was appended`);
      }
    }
    const losses = totalOf(lostByReason(this.#store.progress(this.#origin, lane)));
    const quarantined = this.#quarantined(lane);
    if (quarantined.some((offset) => stored.has(offset) || !isRefused(lane, offset)))
      throw new Error("one is there that is not refused");
    if (stored.size + losses + quarantined.filter((offset) => !this.#isLost(lane, offset)).length !== expected.length) {
      throw new Error(`${lane}: of ${expected.length} records ${stored.size} are there and ${losses} lost`);
    }
    return { stored: stored.size, overtakings };
  }

  /** Offsets that the sink has refused; those that the log had removed before that could not be kept. */
  #quarantined(lane: Lane): number[] {
    if (this.#upstream !== "records") return [];
    const list = this.#forwarder?.quarantine.list() ?? [];
    const kept = list.filter((each) => each.lane === lane).map(({ offset }) => offset);
    const removed = Array.from({ length: this.#log.bounds(lane).startOffset }, (_, offset) => offset);
    return [...new Set([...kept, ...removed.filter((offset) => isRefused(lane, offset))])];
  }

  #isLost(lane: Lane, offset: number): boolean {
    return this.#store.progress(this.#origin, lane).losses.some(({ start, end }) => start <= offset && offset < end);
  }

  #oneOf<T>(...values: T[]): T {
    return values[this.#below(values.length)] as T;
  }

  /** A whole number from 0 to below it. */
  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

/** The clock of one life: nothing happens in it after its end. */
class MortalClock implements Clock {
  readonly #clock: Clock;
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nowUs(): number {
    return this.#clock.nowUs();
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.#clock.after(delayMs, () => {
      if (!this.#isOver) callback();
    });
  }

  stop(): void {
    this.#isOver = true;
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < turnsPerStep; turn++) await new Promise(setImmediate);
}
