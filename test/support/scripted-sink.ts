import type { LaneOffsets, Sink, SinkBatch, SinkEvents, SinkLink } from "../../src/forward/sink.ts";
import type { Gap } from "../../src/model/gap.ts";
import { allBelow } from "../../src/model/interval-set.ts";
import type { Lane } from "../../src/model/lane.ts";
import { TidegateError } from "../../src/platform/errors.ts";

export const noPositions: LaneOffsets = { readings: 0, results: 0, alerts: 0 };

/** An upstream that does what the test says and nothing by itself; it remembers what it was given. */
export class ScriptedSink implements Sink {
  readonly name = "scripted";
  readonly target = "nowhere";
  readonly links: ScriptedLink[] = [];

  unreachable(fault: string): TidegateError {
    return new TidegateError("COLLECTOR_UNREACHABLE", `forward to nowhere: ${fault}`);
  }

  open(events: SinkEvents): SinkLink {
    const link = new ScriptedLink(events);
    this.links.push(link);
    return link;
  }

  /** The newest link. */
  get link(): ScriptedLink {
    const link = this.links.at(-1);
    if (link === undefined) throw new Error("no link was opened");
    return link;
  }
}

export class ScriptedLink implements SinkLink {
  readonly batches: SinkBatch[] = [];
  readonly gaps: Gap[] = [];
  readonly events: SinkEvents;
  wireBytes = 0;
  isClosed = false;
  /** What `send` returns. */
  takesMore = true;

  constructor(events: SinkEvents) {
    this.events = events;
  }

  send(batch: SinkBatch): boolean {
    this.batches.push(batch);
    this.wireBytes += batch.bytes.length;
    return this.takesMore;
  }

  declareLost(gap: Gap): void {
    this.gaps.push(gap);
  }

  close(): void {
    this.isClosed = true;
  }

  /** Has every offset of the lanes below these; null: cannot tell. */
  open(positions: Partial<LaneOffsets> | null = {}, anyOrder = true): void {
    this.events.opened({ settled: positions === null ? null : allBelowEach({ ...noPositions, ...positions }), anyOrder });
  }

  /** Every offset of the lane below is durable. */
  confirm(lane: Lane, nextOffset: number): void {
    this.events.accepted(lane, { start: 0, end: nextOffset });
  }

  fail(): void {
    this.isClosed = true;
    this.events.failed(new TidegateError("COLLECTOR_UNREACHABLE", "forward to nowhere: the test said so"));
  }

  /** What was declared lost. */
  get lost(): [lane: Lane, fromOffset: number, toOffset: number][] {
    return this.gaps.map(({ lane, fromOffset, toOffset }) => [lane, fromOffset, toOffset]);
  }

  /** What was sent, as lane:first-end. */
  get sent(): string[] {
    return this.batches.map(({ lane, firstOffset, count }) => `${lane}:${firstOffset}-${firstOffset + count}`);
  }
}

function allBelowEach({ readings, results, alerts }: LaneOffsets) {
  return { readings: allBelow(readings), results: allBelow(results), alerts: allBelow(alerts) };
}
