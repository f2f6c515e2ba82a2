// Part of a block, for the rare batch that overlaps what is already stored: the gateway's log may cut its blocks differently
// after a crash. Only then is a block decoded and encoded again.

import {
  decodeAlertBlock,
  decodeReadingBlock,
  decodeResultBlock,
  encodeAlertBlock,
  encodeResultBlock,
  ReadingBlockBuilder,
  readingsOf,
} from "../codec/block-codec.ts";
import type { Lane } from "../model/lane.ts";

/** The records at the positions from <= p < to of a block, as a block with the same ingest time. */
export function sliceBlock(lane: Lane, bytes: Uint8Array, from: number, to: number): Uint8Array {
  switch (lane) {
    case "readings":
      return sliceReadings(bytes, from, to);
    case "results": {
      const { ingestTimeUs, results } = decodeResultBlock(bytes);
      return encodeResultBlock(results.slice(from, to), ingestTimeUs);
    }
    case "alerts": {
      const { ingestTimeUs, alerts } = decodeAlertBlock(bytes);
      return encodeAlertBlock(alerts.slice(from, to), ingestTimeUs);
    }
  }
}

function sliceReadings(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const block = decodeReadingBlock(bytes);
  const builder = new ReadingBlockBuilder();
  for (const reading of readingsOf(block).slice(from, to)) builder.add(reading);
  return builder.finish(block.ingestTimeUs);
}
