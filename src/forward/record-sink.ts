// The contract of sinks that take records rather than blocks: one file a system in sinks/ implements it, and sinks/sink-table.ts names
// them all. A client is a plain "write this, tell me what became of it"; record-link.ts makes a Sink of it.
//
// What a client does not do: retry, remember positions, reorder, bound what is in flight. It may cut a batch into smaller requests, and
// must, when the upstream says that one is too large: a record that is too large by itself is rejected, and blocks nobody.
//
// Delivery: the header of each sink says which of the two it gives, and test/conformance/sink measures it.
//   exactly once     the upstream knows (gatewayId, logId, lane, offset) and takes a record once, however often it is written
//   at least once    a write whose answer was lost is written again, and is there twice

import type { PlacedRecord } from "../codec/record-text.ts";
import type { Interval } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import type { TidegateError } from "../platform/errors.ts";
import type { Rejection } from "./sink.ts";

/** Records of one lane, in offset order; at least one. A filter may have left some out, so offsets need not be dense. */
export type RecordBatch = { readonly [L in Lane]: { readonly lane: L; readonly records: readonly PlacedRecord<L>[] } }[Lane];

/** What became of a batch: what is neither rejected nor kept is accepted, which means durable upstream. */
export interface BatchOutcome {
  readonly rejected: readonly Rejection[];
  /** Ranges of offsets that were not taken now. */
  readonly kept: readonly Interval[];
  /** How long to wait before anything is written again: milliseconds, 0 if nothing was kept. */
  readonly retryAfterMs: number;
}

export const allAccepted: BatchOutcome = { rejected: [], kept: [], retryAfterMs: 0 };

export interface RecordClient {
  /**
   * Settles when every record of the batch has its fate. May be called again before, up to `writesMax` times; records of a series reach
   * the upstream in the order of the calls. Errors (SINK_UNREACHABLE, SINK_REFUSED): the connection is of no use any more, and what
   * became of the batch is not known.
   */
  write(batch: RecordBatch): Promise<BatchOutcome>;

  /** Bytes of payload that were handed to the network so far. */
  readonly wireBytes: number;

  /** Writes that are under way at once. At least 1. */
  readonly writesMax: number;

  /** Gives everything back. What is under way may fail. Idempotent; every call waits. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Aborted when nobody wants the connection any more. */
  readonly signal: AbortSignal;
  /** To be called if the connection ends by itself; at most once, not after `close`. */
  readonly lost: (error: TidegateError) => void;
  /**
   * To be called whenever the upstream has answered for a part of a batch, whatever it said: a write may take longer than ackTimeout
   * in all. Absent: nobody waits.
   */
  readonly answered?: (() => void) | undefined;
}

export interface RecordSink {
  /** As of Sink. */
  readonly name: string;
  readonly target: string;
  /** Errors: SINK_UNREACHABLE, SINK_REFUSED. It checks what can be checked: credentials, that the table or stream is there. */
  connect(options: ConnectOptions): Promise<RecordClient>;
}

/** None of the batch was taken, since the upstream asked to wait. */
export function allKept({ records }: RecordBatch, retryAfterMs: number): BatchOutcome {
  return { rejected: [], kept: [{ start: records[0]?.offset ?? 0, end: (records.at(-1)?.offset ?? -1) + 1 }], retryAfterMs };
}
