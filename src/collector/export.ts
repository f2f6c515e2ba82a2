// What a stopped collector has received, record by record, and what it was told is lost: by gateway, within a gateway by log in the order of first contact,
// within a log in offset order. It opens the data directory, so no collector may run on it.

import { recordsOf } from "../codec/block-records.ts";
import type { PlacedRecord } from "../codec/record-text.ts";
import { type GapReason, gapReasons } from "../model/gap.ts";
import type { Lane } from "../model/lane.ts";
import type { Origin } from "../model/origin.ts";
import { openCollectorDatabase, readBlocks, readProgress } from "./embedded-database.ts";
import type { LaneProgress } from "./lane-progress.ts";

export interface ExportedRecord<L extends Lane> extends PlacedRecord<L> {
  readonly logId: string;
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

/** Records that a gateway gave up before they came here. */
export interface ExportedLoss extends Origin {
  readonly lane: Lane;
  /** Null for the records of all losses of that reason that are not listed one by one any more. */
  readonly fromOffset: number | null;
  readonly toOffset: number | null;
  readonly records: number;
  readonly reason: GapReason;
  /** When the gateway gave them up, the first and the last: microseconds since the Unix epoch; null if it did not say. */
  readonly sinceUs: number | null;
  readonly untilUs: number | null;
}

/** What was lost of a lane; together with the records it is all that the gateways appended up to where they are. Errors: as above. */
export async function exportLosses(directory: string, lane: Lane, filter: ExportFilter = {}): Promise<ExportedLoss[]> {
  const { level, tables } = await openCollectorDatabase(directory, { create: false });
  try {
    return sortedByGateway(await readProgress(tables))
      .filter(({ origin }) => filter.gatewayId === undefined || filter.gatewayId === origin.gatewayId)
      .flatMap(({ origin, lanes }) => lossesOf(lanes[lane]).map((loss) => ({ ...origin, lane, ...loss })));
  } finally {
    await level.close();
  }
}

function lossesOf({ losses, closed }: LaneProgress): Omit<ExportedLoss, keyof Origin | "lane">[] {
  const unlisted = { fromOffset: null, toOffset: null, sinceUs: null, untilUs: null };
  const before = gapReasons.map((reason) => ({ ...unlisted, records: closed[reason], reason }));
  const listed = losses.map(({ start, end, reason, sinceUs, untilUs }) => {
    return { fromOffset: start, toOffset: end, records: end - start, reason, sinceUs, untilUs };
  });
  return [...before.filter(({ records }) => records > 0), ...listed];
}

function sortedByGateway<T extends { readonly origin: { readonly gatewayId: string } }>(progress: readonly T[]): T[] {
  // Array sort is stable, so the logs of a gateway stay in the order of first contact. Code units, not a locale: the same everywhere.
  return [...progress].sort(({ origin: { gatewayId: left } }, { origin: { gatewayId: right } }) =>
    left < right ? -1 : Number(left > right),
  );
}
