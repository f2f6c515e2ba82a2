import type { Alert } from "../model/alert.ts";
import type { Lane } from "../model/lane.ts";
import type { Reading } from "../model/reading.ts";
import type { WindowResult } from "../model/result.ts";
import { decodeAlertBlock, decodeReadingBlock, decodeResultBlock, ingestTimesOf, readingsOf } from "./block-codec.ts";

/** What a lane's records are. */
export interface RecordOf {
  readonly readings: Reading;
  readonly results: WindowResult;
  readonly alerts: Alert;
}

/** A record of any lane. */
export type AnyRecord = RecordOf[Lane];

export interface BlockRecords<R> {
  /** In offset order. */
  readonly records: readonly R[];
  /** When each of them was appended: microseconds since the Unix epoch. */
  readonly ingestTimesUs: readonly number[];
}

const decoders: { readonly [L in Lane]: (bytes: Uint8Array) => BlockRecords<RecordOf[L]> } = {
  readings(bytes) {
    const block = decodeReadingBlock(bytes);
    return { ingestTimesUs: ingestTimesOf(block), records: readingsOf(block) };
  },
  results(bytes) {
    const block = decodeResultBlock(bytes);
    return { ingestTimesUs: ingestTimesOf(block), records: block.results };
  },
  alerts(bytes) {
    const block = decodeAlertBlock(bytes);
    return { ingestTimesUs: ingestTimesOf(block), records: block.alerts };
  },
};

/** The records of a block of any lane. Errors: BLOCK_CORRUPT, BLOCK_FORMAT_UNKNOWN. */
export function recordsOf<L extends Lane>(lane: L, bytes: Uint8Array): BlockRecords<RecordOf[L]> {
  return decoders[lane](bytes);
}
