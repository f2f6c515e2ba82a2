import type { LaneEnds } from "../../src/log/commit.ts";
import { LogReaders, type SinkReader } from "../../src/log/log-readers.ts";
import { allBelow, type IntervalSet } from "../../src/model/interval-set.ts";
import type { Lane } from "../../src/model/lane.ts";

/** A sink whose confirmations the test says. */
export class ScriptedReader implements SinkReader {
  readonly sink: string;
  confirmed: LaneEnds = { readings: 0, results: 0, alerts: 0 };

  constructor(sink = "collector") {
    this.sink = sink;
  }

  get settled(): Record<Lane, IntervalSet> {
    const { readings, results, alerts } = this.confirmed;
    return { readings: allBelow(readings), results: allBelow(results), alerts: allBelow(alerts) };
  }

  confirm(lane: Lane, offset: number): void {
    this.confirmed = { ...this.confirmed, [lane]: offset };
  }

  confirmAll(offset: number): void {
    this.confirmed = { readings: offset, results: offset, alerts: offset };
  }

  checkpoint() {
    return { name: `forward:${this.sink}`, value: Buffer.from(JSON.stringify(this.confirmed)) };
  }
}

export function readersOf(...sinks: SinkReader[]): LogReaders {
  const readers = new LogReaders();
  for (const sink of sinks) readers.addSink(sink);
  return readers;
}
