// Windows by the book: every step looks at all readings so far and works everything out anew. Slow, and as plain as it can be; knows
// nothing of slices, queues, caches or state.

import type { WindowDefinition } from "../../src/model/definitions.ts";
import type { WindowResult } from "../../src/model/result.ts";
import type { InputColumn } from "../../src/stream/contract.ts";
import { naive } from "./naive-aggregates.ts";

export type Step =
  | { readonly kind: "commit"; readonly atUs: number; readonly columns: readonly InputColumn[] }
  /** Time passes, or passed while the gateway was away. */
  | { readonly kind: "tick" | "away"; readonly atUs: number };

export type FullDefinition = Required<WindowDefinition>;

interface Taken {
  readonly group: string;
  readonly timeUs: number;
  readonly value: number;
  readonly offset: number;
  /** Watermark of its group when it came. */
  readonly watermarkUs: number;
}

interface Device {
  readonly name: string;
  newestUs: number;
  parkedUs: number;
  idleAtUs: number;
  readonly groups: Set<string>;
}

interface Window {
  readonly startUs: number;
  readonly endUs: number;
  readonly readings: readonly Taken[];
}

type Interval = [startUs: number, endUs: number];

interface Said extends Window {
  readonly revision: number;
}

export class WindowOracle {
  readonly results: WindowResult[] = [];
  tooLate = 0;
  taken = 0;
  ahead = 0;
  partlyLate = 0;
  readonly #definition: FullDefinition;
  readonly #devices: Device[] = [];
  readonly #groups: string[] = [];
  /** Of each device, or of each group if groups span devices. */
  readonly #watermarks = new Map<string, number>();
  #readings: Taken[] = [];
  /** The last emission of each window, by group and start. */
  readonly #said = new Map<string, Said>();
  #nowUs = Number.NEGATIVE_INFINITY;
  #awayUs = 0;
  #nextOffset = 0;

  constructor(definition: FullDefinition) {
    this.#definition = definition;
  }

  step(step: Step): void {
    if (step.kind === "away") {
      if (this.#nowUs !== Number.NEGATIVE_INFINITY) this.#awayUs += step.atUs - this.#nowUs;
      this.#nowUs = step.atUs;
    } else this.#passTime(step.atUs);
    if (step.kind === "commit") this.#commit(step.columns);
  }

  #passTime(untilUs: number): void {
    for (;;) {
      const waiting = this.#devices.filter((device) => !this.#isIdle(device));
      const dueUs = Math.min(...waiting.map(({ idleAtUs }) => idleAtUs)) + this.#awayUs;
      if (this.#definition.shape.kind === "count" || !(dueUs <= untilUs)) break;
      this.#nowUs = dueUs;
      const gone = waiting.filter((device) => this.#isIdle(device));
      this.#emitAll(this.#nextOffset, gone, (group) => this.#membersOf(group).every((device) => this.#isIdle(device)));
    }
    this.#nowUs = untilUs;
  }

  #commit(columns: readonly InputColumn[]): void {
    const causes = new Map<Device, number>();
    const newestBefore = new Map(this.#devices.map((device) => [device, device.newestUs]));
    const horizonUs = this.#nowUs + this.#definition.aheadMaxUs;
    const saidBefore = this.results.length;
    for (const column of columns) {
      const device = this.#hear(column);
      for (const [i, timeUs] of column.eventTimesUs.entries()) {
        const offset = this.#nextOffset++;
        if (!causes.has(device)) causes.set(device, offset);
        if (timeUs > horizonUs) {
          this.ahead++;
          device.parkedUs = Math.min(device.parkedUs, timeUs);
        } else if (timeUs > device.newestUs) {
          device.newestUs = timeUs;
          causes.set(device, offset);
        }
        this.#take({ group: this.#groupOf(column), timeUs, value: column.values[i] as number, offset });
      }
    }
    for (const device of causes.keys()) {
      const hasMoved = device.newestUs > (newestBefore.get(device) ?? Number.NEGATIVE_INFINITY);
      if (!hasMoved && device.parkedUs <= horizonUs) device.newestUs = Math.max(device.newestUs, device.parkedUs);
      if (hasMoved || device.parkedUs <= horizonUs) device.parkedUs = Number.POSITIVE_INFINITY;
    }
    this.#emitAll(null, [...causes.keys()], () => false, causes);
    const said = this.results.splice(saidBefore).sort((one, other) => one.causeOffset - other.causeOffset);
    this.results.push(...said);
  }

  #hear({ device: name, metric }: InputColumn): Device {
    let device = this.#devices.find((each) => each.name === name);
    if (device === undefined) {
      const never = Number.NEGATIVE_INFINITY;
      device = { name, newestUs: never, parkedUs: Number.POSITIVE_INFINITY, idleAtUs: 0, groups: new Set() };
      this.#devices.push(device);
    }
    const timeoutUs = this.#definition.idleTimeoutUs;
    const stepUs = Math.floor(timeoutUs / 16);
    device.idleAtUs = Math.ceil((this.#nowUs - this.#awayUs + timeoutUs) / stepUs) * stepUs;
    const group = this.#groupOf({ device: name, metric });
    device.groups.add(group);
    if (!this.#groups.includes(group)) this.#groups.push(group);
    return device;
  }

  #domainOf(group: string): string {
    return this.#definition.by === "metric" ? group : JSON.parse(group).device;
  }

  #watermarkOf(group: string): number {
    return this.#watermarks.get(this.#domainOf(group)) ?? Number.NEGATIVE_INFINITY;
  }

  #take(reading: Omit<Taken, "watermarkUs">): void {
    const taken = { ...reading, watermarkUs: this.#watermarkOf(reading.group) };
    if (this.#definition.shape.kind !== "count") {
      const isOpen = this.#endsFor(taken).map((endUs) => this.#isOpen(endUs, taken.watermarkUs));
      if (!isOpen.includes(true)) {
        this.tooLate++;
        return;
      }
      if (isOpen.includes(false)) this.partlyLate++;
    }
    this.taken++;
    this.#readings.push(taken);
    if (this.#definition.shape.kind === "count") this.#countOff(reading.group, this.#definition.shape.readings);
  }

  #isOpen(endUs: number, watermarkUs: number): boolean {
    return endUs + this.#definition.reviseUs > watermarkUs;
  }

  /** A count window is over with its last reading. */
  #countOff(group: string, size: number): void {
    const readings = this.#readings.filter((reading) => reading.group === group);
    if (readings.length < size) return;
    const times = readings.map(({ timeUs }) => timeUs);
    const window = { startUs: Math.min(...times), endUs: Math.max(...times) + 1, readings };
    this.#say(group, { ...window, revision: 0 }, this.#nextOffset - 1);
    this.#readings = this.#readings.filter((reading) => reading.group !== group);
  }

  /**
   * Moves the watermarks of all groups of the devices, and emits what is new in windows that they passed, or in all windows of silent groups.
   * Groups that share a watermark (those of one device) are told together, by end; else group by group.
   */
  #emitAll(
    tickOffset: number | null,
    of: readonly Device[],
    isSilent: (group: string) => boolean,
    causes = new Map<Device, number>(),
  ) {
    if (this.#definition.shape.kind === "count") return;
    const isByMetric = this.#definition.by === "metric";
    for (const domain of isByMetric ? this.#groups : this.#devices.map(({ name }) => name)) {
      const groups = this.#groups.filter((group) => this.#domainOf(group) === domain);
      const members = this.#membersOf(groups[0] as string);
      if (!members.some((device) => of.includes(device))) continue;
      const causeOffset = tickOffset ?? Math.max(...members.map((device) => causes.get(device) ?? -1));
      this.#emitDomain(groups, causeOffset, isSilent(groups[0] as string));
    }
  }

  #emitDomain(groups: readonly string[], causeOffset: number, isSilent: boolean): void {
    const [first = ""] = groups;
    const beforeUs = this.#watermarkOf(first);
    const live = this.#membersOf(first).filter((device) => !this.#isIdle(device));
    const reachedUs = live.map(({ newestUs }) => newestUs).filter((newestUs) => newestUs !== Number.NEGATIVE_INFINITY);
    const slowestUs = reachedUs.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...reachedUs);
    const watermarkUs = Math.max(beforeUs, slowestUs - this.#definition.latenessUs);
    this.#watermarks.set(this.#domainOf(first), watermarkUs);
    const emissions: { group: string; said: Said; cause: number }[] = [];
    for (const group of groups) {
      const own = this.#readings.filter((reading) => reading.group === group);
      for (const window of this.#windowsOf(own)) {
        if (!this.#isOpen(window.endUs, beforeUs) || (!isSilent && window.endUs > watermarkUs)) continue;
        const lastOffset = Math.max(...window.readings.map(({ offset }) => offset));
        const cause = window.endUs <= beforeUs ? lastOffset : causeOffset;
        for (const said of this.#news(group, window)) emissions.push({ group, said, cause });
      }
      this.#forget(group, watermarkUs);
    }
    emissions.sort((one, other) => one.said.endUs - other.said.endUs);
    for (const { group, said, cause } of emissions) this.#say(group, said, cause);
  }

  /** What is to be said of a window: itself, if it is not what was said last; before it, sessions that are part of it now are withdrawn. */
  #news(group: string, window: Window): Said[] {
    const key = (startUs: number) => `${group} ${startUs}`;
    const last = this.#said.get(key(window.startUs));
    if (last !== undefined && last.endUs === window.endUs && last.readings.length === window.readings.length) return [];
    const said = { ...window, revision: (last?.revision ?? -1) + 1 };
    const isPart = ([name, { startUs }]: [string, Said]) =>
      name === key(startUs) && startUs > window.startUs && startUs < window.endUs;
    const parts = this.#definition.shape.kind === "session" ? [...this.#said].filter(isPart) : [];
    for (const [name] of parts) this.#said.delete(name);
    this.#said.set(key(window.startUs), said);
    const withdrawn = parts.map(([, part]) => ({ ...part, revision: part.revision + 1, readings: [] }));
    return [...withdrawn.sort((one, other) => one.startUs - other.startUs), said];
  }

  /** Sessions that are final do not join with later readings. Other windows that are final are never looked at again. */
  #forget(group: string, watermarkUs: number): void {
    const own = this.#readings.filter((reading) => reading.group === group);
    const final = this.#windowsOf(own).filter(({ endUs }) => !this.#isOpen(endUs, watermarkUs));
    for (const { startUs } of final) this.#said.delete(`${group} ${startUs}`);
    if (this.#definition.shape.kind !== "session") return;
    const over = new Set(final.flatMap(({ readings }) => readings));
    this.#readings = this.#readings.filter((reading) => !over.has(reading));
  }

  /** All windows over readings of one group, by end. */
  #windowsOf(readings: readonly Taken[]): Window[] {
    const { shape } = this.#definition;
    const byTime = [...readings].sort((one, other) => one.timeUs - other.timeUs || one.offset - other.offset);
    const intervals =
      shape.kind === "session"
        ? sessionsOf(byTime, shape.gapUs)
        : byTime.flatMap((reading) =>
            this.#intervalsAt(reading.timeUs).filter(([, endUs]) => this.#isOpen(endUs, reading.watermarkUs)),
          );
    const unique = [...new Map(intervals.map((interval) => [interval[0], interval])).values()];
    const isIn = ({ timeUs, watermarkUs }: Taken, [startUs, endUs]: Interval) =>
      timeUs >= startUs && timeUs < endUs && (shape.kind === "session" || this.#isOpen(endUs, watermarkUs));
    return unique
      .sort(([one], [other]) => one - other)
      .map((interval) => {
        return { startUs: interval[0], endUs: interval[1], readings: byTime.filter((reading) => isIn(reading, interval)) };
      });
  }

  /** Intervals of the windows that a reading at the event time brings about. */
  #intervalsAt(timeUs: number): Interval[] {
    const { shape } = this.#definition;
    if (shape.kind === "sliding") return [[timeUs + 1 - shape.sizeUs, timeUs + 1]];
    if (shape.kind === "session" || shape.kind === "count") return [];
    const hopUs = shape.kind === "hopping" ? shape.hopUs : shape.sizeUs;
    const intervals: Interval[] = [];
    for (let startUs = Math.floor(timeUs / hopUs) * hopUs; startUs > timeUs - shape.sizeUs; startUs -= hopUs) {
      intervals.push([startUs, startUs + shape.sizeUs]);
    }
    return intervals;
  }

  /** Ends of windows that could hold the reading. */
  #endsFor(reading: Taken): number[] {
    const { shape } = this.#definition;
    if (shape.kind === "sliding") return [reading.timeUs + 1, reading.timeUs + shape.sizeUs];
    if (shape.kind !== "session") return this.#intervalsAt(reading.timeUs).map(([, endUs]) => endUs);
    const readings = [...this.#readings.filter(({ group }) => group === reading.group), reading];
    return this.#windowsOf(readings).flatMap(({ endUs, readings: inside }) => (inside.includes(reading) ? [endUs] : []));
  }

  #say(group: string, { startUs, endUs, revision, readings }: Said, causeOffset: number): void {
    const { name, aggregates } = this.#definition;
    const inOrder = [...readings].sort((one, other) => one.offset - other.offset);
    const values = aggregates
      .filter((spec) => spec !== "count" && readings.length > 0)
      .map((spec) => naive(spec, inOrder, endUs));
    const about = { window: name, tag: "", unit: "", ...JSON.parse(group) };
    this.results.push({
      ...about,
      startUs,
      endUs,
      revision,
      causeOffset,
      count: readings.length,
      aggregates: Object.assign({}, ...values),
    });
  }

  #groupOf({ device, metric }: { readonly device: string; readonly metric: string }): string {
    const { by } = this.#definition;
    return JSON.stringify({ device: by === "metric" ? "" : device, metric: by === "device" ? "" : metric });
  }

  #membersOf(group: string): Device[] {
    return this.#devices.filter(({ groups }) => groups.has(group));
  }

  #isIdle({ idleAtUs }: Device): boolean {
    return this.#nowUs - this.#awayUs >= idleAtUs;
  }
}

function sessionsOf(byTime: readonly Taken[], gapUs: number): Interval[] {
  const sessions: Interval[] = [];
  for (const { timeUs } of byTime) {
    const last = sessions.at(-1);
    if (last !== undefined && timeUs < last[1]) last[1] = timeUs + gapUs;
    else sessions.push([timeUs, timeUs + gapUs]);
  }
  return sessions;
}
