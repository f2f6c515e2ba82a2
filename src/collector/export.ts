// What a stopped collector has received, record by record: by gateway, within a gateway by log in the order of first contact,
// within a log in offset order. It opens the data directory, so no collector may run on it.

import { type RecordOf, recordsOf } from "../codec/block-records.ts";
import type { Lane } from "../model/lane.ts";
import { openCollectorDatabase, readBlocks, readProgress } from "./embedded-database.ts";

export interface ExportedRecord<L extends Lane> {
  readonly gatewayId: string;
  readonly logId: string;
  readonly offset: number;
  /** When the gateway appended the record: microseconds since the Unix epoch. */
  readonly ingestTimeUs: number;
  readonly record: RecordOf[L];
}

export interface ExportFilter {
  /** Only this gateway. Default: all. */
  readonly gatewayId?: string;
}

/** Errors: DATA_DIR_UNUSABLE, DATA_DIR_LOCKED, BLOCK_CORRUPT, BLOCK_FORMAT_UNKNOWN. */
export async function* exportRecords<L extends Lane>(
  directory: string,
  lane: L,
  filter: ExportFilter = {},
): AsyncGenerator<ExportedRecord<L>, void> {
  const { level, tables } = await openCollectorDatabase(directory, { create: false });
  try {
    for (const { origin } of sortedByGateway(await readProgress(tables))) {
      if (filter.gatewayId !== undefined && filter.gatewayId !== origin.gatewayId) continue;
      for await (const { firstOffset, bytes } of readBlocks(tables, origin, lane)) {
        const { ingestTimesUs, records } = recordsOf(lane, bytes);
        for (const [index, record] of records.entries()) {
          yield { ...origin, offset: firstOffset + index, ingestTimeUs: ingestTimesUs[index] ?? 0, record };
        }
      }
    }
  } finally {
    await level.close();
  }
}

function sortedByGateway<T extends { readonly origin: { readonly gatewayId: string } }>(progress: readonly T[]): T[] {
  // Array sort is stable, so the logs of a gateway stay in the order of first contact. Code units, not a locale: the same everywhere.
  return [...progress].sort(({ origin: { gatewayId: left } }, { origin: { gatewayId: right } }) =>
    left < right ? -1 : Number(left > right),
  );
}
