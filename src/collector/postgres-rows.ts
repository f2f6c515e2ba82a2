// Blocks as rows of the tables readings, results and alerts. A hot path: everything that a gateway sends passes it.

import type { RecordOf } from "../codec/block-records.ts";
import { type Column, insertParameters, insertStatement, type Row, rowColumns } from "../codec/postgres-rows.ts";
import type { Lane } from "../model/lane.ts";
import type { StagedPart } from "./commit-stage.ts";
import type { Client } from "./postgres-connection.ts";
import { partRecords } from "./staged-part.ts";

/** Rows in a statement. More make it hardly faster, and its texts larger. */
const rowsMax = 10_000;

/** Stores the records of the parts, those of a lane in order. */
export async function insertParts(client: Client, parts: readonly StagedPart[]): Promise<void> {
  await insertLane(client, "readings", parts);
  await insertLane(client, "results", parts);
  await insertLane(client, "alerts", parts);
}

async function insertLane<L extends Lane>(client: Client, lane: L, parts: readonly StagedPart[]): Promise<void> {
  const laneColumns: readonly Column<RecordOf[L]>[] = rowColumns[lane];
  const query = insertStatement(`tidegate.${lane}`, laneColumns);
  let rows: Row<RecordOf[L]>[] = [];
  for (const staged of parts) {
    if (staged.block.lane !== lane) continue;
    for (const row of partRecords(lane, staged)) {
      rows.push(row);
      if (rows.length < rowsMax) continue;
      await client.query(query, insertParameters(laneColumns, rows));
      rows = [];
    }
  }
  if (rows.length > 0) await client.query(query, insertParameters(laneColumns, rows));
}
