// A Sink of a RecordSink: decodes the blocks, leaves out what the filter does not want, and turns what its client says into events.
//
// Constraints
//   writesMax of the client    writes that are under way, one if they are `ordered`; `send` returns false at the bound
//
// What the filter leaves out is accepted at once, and so is what is declared lost: there is nobody to tell. A block that does not decode
// ends the link: it is whole (the log has checked it), so this version does not know its format.

import { recordsOf } from "../codec/block-records.ts";
import type { PlacedRecord } from "../codec/record-text.ts";
import type { Gap } from "../model/gap.ts";
import { type Interval, missingFrom } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import { matcherOf, type RecordFilter } from "./record-filter.ts";
import type { BatchOutcome, RecordBatch, RecordClient, RecordSink } from "./record-sink.ts";
import type { Sink, SinkBatch, SinkEvents, SinkLink } from "./sink.ts";
import { unreachableError } from "./sinks/sink-errors.ts";

export interface RecordForwardingOptions {
  readonly gatewayId: string;
  readonly filter: RecordFilter;
  /** One write at a time: where a batch is kept, none behind it may have arrived. */
  readonly ordered: boolean;
}

export class RecordForwarding implements Sink {
  readonly #sink: RecordSink;
  readonly #options: LinkOptions;

  constructor(sink: RecordSink, { gatewayId, filter, ordered }: RecordForwardingOptions) {
    this.#sink = sink;
    this.#options = { gatewayId, matches: matcherOf(filter), ordered };
  }

  get name(): string {
    return this.#sink.name;
  }

  get target(): string {
    return this.#sink.target;
  }

  unreachable(fault: string): TidegateError {
    return unreachableError(this.target, fault);
  }

  open(events: SinkEvents): SinkLink {
    return new RecordLink(this.#sink, events, this.#options);
  }
}

interface LinkOptions {
  readonly gatewayId: string;
  readonly matches: ReturnType<typeof matcherOf>;
  readonly ordered: boolean;
}

class RecordLink implements SinkLink {
  readonly #events: SinkEvents;
  readonly #options: LinkOptions;
  readonly #target: string;
  readonly #ending = new AbortController();
  #client: RecordClient | null = null;
  #writes = 0;

  constructor(sink: RecordSink, events: SinkEvents, options: LinkOptions) {
    this.#events = events;
    this.#options = options;
    this.#target = sink.target;
    void this.#connect(sink);
  }

  get wireBytes(): number {
    return this.#client?.wireBytes ?? 0;
  }

  send({ lane, firstOffset, count, bytes }: SinkBatch): boolean {
    const client = this.#client;
    if (client === null || this.#isOver) return false;
    this.#writes += 1;
    void this.#write(client, { lane, bytes, offsets: { start: firstOffset, end: firstOffset + count } });
    return this.#writes < this.#writesMax(client);
  }

  declareLost({ lane, fromOffset, toOffset }: Gap): void {
    queueMicrotask(() => {
      if (!this.#isOver) this.#events.accepted(lane, { start: fromOffset, end: toOffset });
    });
  }

  close(): void {
    if (this.#isOver) return;
    this.#ending.abort();
    this.#closeClient();
  }

  get #isOver(): boolean {
    return this.#ending.signal.aborted;
  }

  #writesMax(client: RecordClient): number {
    return this.#options.ordered ? 1 : client.writesMax;
  }

  async #connect(sink: RecordSink): Promise<void> {
    try {
      const lost = (error: TidegateError) => this.#fail(error);
      const answered = () => {
        if (!this.#isOver) this.#events.answered();
      };
      // Not before `open` has returned.
      await Promise.resolve();
      this.#client = await sink.connect({ signal: this.#ending.signal, lost, answered });
      if (this.#isOver) this.#closeClient();
      else this.#events.opened({ settled: null, anyOrder: true });
    } catch (error) {
      this.#fail(failureOf(this.#target, error));
    }
  }

  async #write(client: RecordClient, { lane, bytes, offsets }: { lane: Lane; bytes: Uint8Array; offsets: Interval }) {
    try {
      const batch = this.#batchOf(lane, bytes, offsets.start);
      const outcome = batch === null ? null : await client.write(batch);
      this.#writes -= 1;
      if (this.#isOver) return;
      this.#tell(lane, offsets, outcome);
      if (!this.#isOver && this.#writes === this.#writesMax(client) - 1) this.#events.writable();
    } catch (error) {
      this.#fail(failureOf(this.#target, error));
    }
  }

  /** Null if the filter wants none of it. */
  #batchOf<L extends Lane>(lane: L, bytes: Uint8Array, firstOffset: number): RecordBatch | null {
    const { gatewayId, matches } = this.#options;
    const { records, ingestTimesUs } = recordsOf(lane, bytes);
    const wanted: PlacedRecord<L>[] = [];
    for (const [index, record] of records.entries()) {
      if (matches !== null && !matches(record)) continue;
      wanted.push({ gatewayId, offset: firstOffset + index, ingestTimeUs: ingestTimesUs[index] ?? 0, record });
    }
    return wanted.length === 0 ? null : ({ lane, records: wanted } as unknown as RecordBatch);
  }

  #tell(lane: Lane, offsets: Interval, outcome: BatchOutcome | null): void {
    const { rejected = [], kept = [], retryAfterMs = 0 } = outcome ?? {};
    const others = [...kept, ...rejected.map(({ offset }) => ({ start: offset, end: offset + 1 }))];
    for (const accepted of missingFrom(inOrder(others), offsets)) this.#events.accepted(lane, accepted);
    if (rejected.length > 0) this.#events.rejected(lane, rejected);
    for (const offsetsKept of kept) this.#events.kept(lane, offsetsKept, retryAfterMs);
  }

  #fail(error: TidegateError): void {
    if (this.#isOver) return;
    this.close();
    this.#events.failed(error);
  }

  #closeClient(): void {
    // What goes wrong while a connection is given up changes nothing any more.
    void this.#client?.close().catch(() => undefined);
  }
}

function inOrder(intervals: readonly Interval[]): Interval[] {
  return [...intervals].sort((left, right) => left.start - right.start);
}

/** Clients throw TidegateErrors; anything else is of their library. */
function failureOf(target: string, error: unknown): TidegateError {
  if (error instanceof TidegateError) return error;
  return unreachableError(target, messageOf(error), error);
}
