// Windows in event time: one operator per window definition of the configuration. It says of groups of series what happened in
// intervals of event time, and says it again where late readings change it.
//
// Slices      A reading goes into one slice of its group, whatever the number of windows that overlap there; a window is put together
//             from its slices when it is emitted (J. Traub and others, "Scotty: General and Efficient Open-source Window Operator for Stream
//             Processing", ACM TODS 46(1), 2021). Tumbling and hopping: fixed-windows.ts. Sliding, where every reading is a slice:
//             sliding-windows.ts. Sessions, each a slice that grows: session-windows.ts. How few merges make a window: window-fold.ts.
//             Windows of N readings know no event time and stand apart: count-windows.ts.
// Groups      A series; or a device with all its metrics; or a metric over all devices, or over those with the same tag (group-key.ts).
// Watermark   Of a device: the newest event time seen from it minus the allowed lateness (device-clock.ts). A device is seen from its first
//             reading in a group on; from then on all its readings move the watermark, whatever their metric and type. The wrong clock
//             of one device touches no other. Of a group that spans devices: the least of the devices that are not idle (domain.ts).
//             It moves at the end of a block, never inside. A block became durable together and stores its readings column by
//             column; did its first metric move the watermark, all others of a device that catches up with some minutes in
//             one block would be late. So late means: behind what was durable before. The price: what is late depends on how
//             readings came together in blocks. The log keeps its blocks, hence the same log gives the same results; but
//             whoever merges blocks at rest may merge only those below the stream's checkpoint.
// Emission    The end of the block that moves the watermark to or past the end of windows emits all of those in which something
//             is new: by end, then by first appearance of the group. Their cause is the reading with the newest event time of the device that moved, the first
//             one of those; of a span, the last of those. A window without readings is not emitted.
// Lateness    A reading counts into its windows until they are emitted, however far behind the watermark it is itself; and, with `revise`,
//             until the watermark is so far behind their ends. Windows that were emitted and change are emitted again at the end
//             of the block, with the next revision; cause is the last reading that changed them. A reading that no window can take any more is too late:
//             counted, not applied. One that only some of its windows can take is taken, and noted as partly late.
// Idle        A device that sends nothing for `idleTimeout` of processing time holds no span back any more. If it was the last one of a
//             group, the group's windows are emitted as they are. They are not over: what it sends later with event times in
//             them is not late, and they are emitted again, with the next revision, when the watermark passes them. So what a
//             device has gathered while it was away is in its windows, and a sensor that fell silent shows its last one.
// Ahead       Event times more than `aheadMax` ahead of the ingest time move no watermark; they go into their windows (device-clock.ts).
// Bounds      WindowLimits; the groups' windows say what they hold. A reading that would need more is refused and counted; of series
//             beyond `seriesMax` the readings go into one group for all of them, if so configured (tag "other"). What the end of the block
//             will free does not count: else a device that catches up with an hour would have no place for it. Series are not forgotten.
// Counters    Every reading of a matching series is taken, or skipped for one reason: too_late, not_a_number (a boolean or a text) or
//             not_a_state, series_limit, and window_limit, session_limit or point_limit. Noted, of those taken: ahead, partly_late,
//             overflow (in the group for the rest), and aggregate_limit (kept out of a part of a result by a bound of an aggregate, once per result).
// State       In parts (group-table.ts): what changed since the last checkpoint is written, not the rest.
//
// Hot path: `consume`, and `add` of the groups' windows, which is budgeted at 10 million readings a second on one core for 1 s windows over 1,000
// series in long columns; see test/bench/stream.bench.ts.

import { deserialize, serialize } from "node:v8";
import type { WindowDefinition } from "../../model/definitions.ts";
import { seriesMatcher } from "../../model/series-match.ts";
import type { Counters, InputColumn, Operator, Outputs, StateChange, StatePart } from "../contract.ts";
import type { DeviceClock } from "./device-clock.ts";
import type { Domain } from "./domain.ts";
import { DomainEmitter } from "./domain-emitter.ts";
import type { Group } from "./group.ts";
import { groupKeyOf } from "./group-key.ts";
import { GroupTable } from "./group-table.ts";
import type { Run, Shared } from "./group-windows.ts";
import { IdleWatch } from "./idle-watch.ts";
import { defaultWindowLimits, fingerprintOf, planOf, type WindowLimits, type WindowPlan } from "./plan.ts";
import { ResultWriter } from "./result-writer.ts";
import { WindowCounts } from "./window-counts.ts";
import { poolOf, windowsOfShape } from "./windows-of-shape.ts";

interface Snapshot {
  readonly counters: Counters;
  readonly time: readonly [nowUs: number, awayUs: number];
}

const countersKey = "counters";

export class WindowOperator implements Operator {
  readonly id: string;
  readonly fingerprint: string;
  readonly #plan: WindowPlan;
  readonly #shared: Shared;
  readonly #matches: (device: string, metric: string) => boolean;
  readonly #table: GroupTable;
  readonly #watch: IdleWatch;
  readonly #writer: ResultWriter;
  readonly #emitter: DomainEmitter;
  /** Devices seen in this block. */
  readonly #seen: DeviceClock[] = [];
  /** Those that moved since the pool was relieved. */
  #moving: DeviceClock[] = [];
  readonly #run: Run;
  readonly #notAccepted: string;

  constructor(definition: WindowDefinition, limits: WindowLimits = defaultWindowLimits) {
    const plan = planOf(definition, limits);
    const pool = poolOf(plan);
    this.id = `window ${definition.name}`;
    this.fingerprint = fingerprintOf(definition, plan);
    this.#plan = plan;
    this.#notAccepted = plan.aggregates.accepts.includes("number") ? "not_a_number" : "not_a_state";
    const skipped = ["too_late", this.#notAccepted, "series_limit", pool.reason];
    const counts = new WindowCounts({ skipped, noted: ["ahead", "partly_late", "overflow", "aggregate_limit"] });
    this.#shared = { plan, counts, pool };
    pool.relieve = () => this.#relieve();
    this.#matches = seriesMatcher(definition.match);
    this.#table = new GroupTable(plan, windowsOfShape(this.#shared));
    this.#watch = new IdleWatch(plan.idleTimeoutUs);
    this.#writer = new ResultWriter(this.#shared);
    this.#emitter = new DomainEmitter(this.#table, this.#writer, plan.groupBy);
    const nothing = { timesUs: [], values: [], firstOffset: 0 };
    this.#run = { ...nothing, watermarkUs: 0, nextWatermarkUs: 0, say: this.#writer.say };
  }

  consume(column: InputColumn, firstOffset: number): void {
    const isMatching = this.#matches(column.device, column.metric);
    const isAccepted = isMatching && this.#accepts(column);
    const clock = this.#table.clockOf(column.device);
    if (clock !== undefined) this.#see(clock, column, firstOffset, isAccepted);
    if (!isAccepted) {
      if (isMatching) this.#shared.counts.skip(this.#notAccepted, column.eventTimesUs.length);
      return;
    }
    const key = groupKeyOf(column, this.#plan.groupBy);
    const group = clock?.groups.get(key) ?? this.#newSeries(column, firstOffset, key);
    if (group === null) this.#shared.counts.skip("series_limit", column.eventTimesUs.length);
    else this.#add(group, column, firstOffset);
  }

  endBlock(outputs: Outputs): void {
    const horizonUs = this.#horizonUs();
    const touched: Domain[] = [];
    for (const clock of this.#seen) {
      const { causeOffset } = clock;
      clock.endBlock(horizonUs);
      for (const domain of clock.domains) {
        domain.changed(clock);
        domain.causeOffset = Math.max(domain.causeOffset, causeOffset);
        if (!domain.isTouched) touched.push(domain);
        domain.isTouched = true;
      }
    }
    this.#seen.length = 0;
    this.#moving = [];
    for (const domain of inOrder(touched)) this.#emitter.passWatermark(domain, domain.causeOffset);
    this.#writer.flush(outputs);
  }

  advance(timeUs: number, causeOffset: number, outputs: Outputs): void {
    const idle = this.#watch.advance(timeUs);
    if (idle.length === 0) return;
    const touched = new Set<Domain>();
    for (const clock of idle) {
      this.#table.deviceChanged(clock);
      for (const domain of clock.domains) {
        domain.changed(clock);
        touched.add(domain);
      }
    }
    for (const domain of inOrder([...touched])) {
      if (domain.isSilent) this.#emitter.emitAsIs(domain, causeOffset);
      else this.#emitter.passWatermark(domain, causeOffset);
    }
    this.#writer.flush(outputs);
  }

  nextDeadlineUs(): number {
    return this.#watch.nextDeadlineUs;
  }

  resume(timeUs: number): void {
    this.#watch.resume(timeUs);
  }

  counters(): Counters {
    return this.#shared.counts.counters();
  }

  changes(): StateChange[] {
    const value = serialize({ counters: this.counters(), time: this.#watch.snapshot() } satisfies Snapshot);
    return [{ key: countersKey, value }, ...this.#table.changes()];
  }

  restore(parts: readonly StatePart[]): void {
    this.#table.restore(parts);
    const part = parts.find(({ key }) => key === countersKey);
    if (part === undefined) return;
    const { counters, time }: Snapshot = deserialize(part.value);
    this.#shared.counts.restore(counters);
    this.#watch.restore(time, this.#table.clocks);
  }

  #accepts({ values }: InputColumn): boolean {
    return this.#plan.aggregates.accepts.includes(typeof values[0] === "number" ? "number" : "state");
  }

  #newSeries(column: InputColumn, firstOffset: number, key: string): Group | null {
    const known = this.#table.clockOf(column.device);
    const group = this.#table.addSeries(column, key);
    if (group === null) return null;
    const other = this.#table.other;
    if (group === other?.group) {
      this.#shared.counts.note("overflow", column.eventTimesUs.length);
      this.#see(other.clock, column, firstOffset, true);
    } else if (known === undefined) {
      this.#see(this.#table.clockOf(column.device) as DeviceClock, column, firstOffset, true);
    }
    return group;
  }

  #see(clock: DeviceClock, { eventTimesUs }: InputColumn, firstOffset: number, isAccepted: boolean): void {
    if (!clock.isSeen) {
      this.#seen.push(clock);
      this.#table.deviceChanged(clock);
      this.#watch.heard(clock);
    }
    const before = clock.newestOfBlockUs;
    const ahead = clock.see(eventTimesUs, firstOffset, this.#horizonUs());
    if (ahead > 0 && isAccepted) this.#shared.counts.note("ahead", ahead);
    if (clock.newestOfBlockUs > before) this.#moving.push(clock);
  }

  /** Hot path, with what it calls. */
  #add(group: Group, column: InputColumn, firstOffset: number): void {
    const { domain, windows } = group;
    if (group.metric !== "") group.unit = column.unit;
    const run = this.#run;
    run.timesUs = column.eventTimesUs;
    run.values = column.values;
    run.firstOffset = firstOffset;
    run.watermarkUs = domain.watermarkUs;
    run.nextWatermarkUs = domain.watermarkOfBlockUs();
    this.#writer.speaker = group;
    windows.add(run);
    domain.queue.update(group);
    this.#table.groupChanged(group);
  }

  #relieve(): void {
    for (const clock of this.#moving) {
      for (const domain of clock.domains) {
        const nextWatermarkUs = domain.watermarkOfBlockUs();
        if (nextWatermarkUs === domain.watermarkUs) continue;
        for (const group of domain.groups) group.windows.relieve(nextWatermarkUs);
      }
    }
    this.#moving = [];
  }

  #horizonUs(): number {
    return this.#watch.nowUs + this.#plan.aheadMaxUs;
  }
}

function inOrder(domains: Domain[]): Domain[] {
  return domains.sort((one, other) => one.index - other.index);
}
