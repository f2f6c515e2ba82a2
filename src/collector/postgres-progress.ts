// What has become of the offsets of a lane (lane-progress.ts), in the tables origins, progress and losses.

import { fromMultirange, jsonText, multirange, numberArray, textArray } from "../codec/postgres-values.ts";
import type { GapReason } from "../model/gap.ts";
import { type Lane, lanes } from "../model/lane.ts";
import { type Origin, originKey } from "../model/origin.ts";
import { lossChanges, noProgress, type ProgressStep } from "./commit-stage.ts";
import { type LaneLoss, type LaneProgress, type LossCounts, noLosses } from "./lane-progress.ts";
import type { Client } from "./postgres-connection.ts";
import { schemaLock } from "./postgres-schema.ts";
import type { OriginProgress } from "./store.ts";

export interface StoredOrigin extends OriginProgress {
  readonly originId: number;
}

interface ProgressRow {
  readonly origin_id: number;
  readonly gateway_id: string;
  readonly log_id: string;
  readonly lane: Lane;
  readonly received: string;
  readonly closed: Partial<LossCounts>;
  readonly duplicates: string;
}

interface LossRow {
  readonly origin_id: number;
  readonly lane: Lane;
  readonly from_offset: string;
  readonly to_offset: string;
  readonly reason: GapReason;
  readonly since_us: string | null;
  readonly until_us: string | null;
}

const selectProgress = `
  SELECT origin_id, gateway_id, log_id, lane, received::text, closed, duplicates
  FROM tidegate.origins JOIN tidegate.progress p USING (origin_id)`;

const named = "(gateway_id, log_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))";

function namesOf(origins: readonly Origin[]): [string, string] {
  return [textArray(origins.map(({ gatewayId }) => gatewayId)), textArray(origins.map(({ logId }) => logId))];
}

/** Those that the store knows, by {@link originKey}; locked, in one order everywhere, until the transaction ends. */
export async function lockProgress(client: Client, origins: readonly Origin[]): Promise<Map<string, StoredOrigin>> {
  const query = `${selectProgress} WHERE ${named} ORDER BY origin_id, lane FOR UPDATE OF p`;
  const { rows } = await client.query<ProgressRow>(query, namesOf(origins));
  return withLosses(client, rows);
}

/** Every origin, in the order of first contact. */
export async function readAllProgress(client: Client): Promise<OriginProgress[]> {
  const { rows } = await client.query<ProgressRow>(`${selectProgress} ORDER BY origin_id, lane`);
  return [...(await withLosses(client, rows)).values()];
}

async function withLosses(client: Client, progress: readonly ProgressRow[]): Promise<Map<string, StoredOrigin>> {
  const { rows } = await client.query<LossRow>(
    "SELECT * FROM tidegate.losses WHERE origin_id = ANY ($1::int4[]) ORDER BY origin_id, lane, from_offset",
    [numberArray([...new Set(progress.map(({ origin_id }) => origin_id))])],
  );
  const lossesOf = new Map(progress.map((row) => [laneKey(row), [] as LaneLoss[]]));
  for (const row of rows) lossesOf.get(laneKey(row))?.push(lossOf(row));
  const found = new Map<string, StoredOrigin>();
  for (const row of progress) {
    const origin = { gatewayId: row.gateway_id, logId: row.log_id };
    const { lanes } = found.get(originKey(origin)) ?? { lanes: noProgress };
    const lane = laneProgress(row, lossesOf.get(laneKey(row)) ?? []);
    found.set(originKey(origin), { origin, originId: row.origin_id, lanes: { ...lanes, [row.lane]: lane } });
  }
  return found;
}

function laneKey({ origin_id, lane }: { readonly origin_id: number; readonly lane: Lane }): string {
  return `${origin_id}/${lane}`;
}

function laneProgress({ received, closed, duplicates }: ProgressRow, losses: readonly LaneLoss[]): LaneProgress {
  return {
    received: fromMultirange(received),
    losses,
    closed: { ...noLosses, ...closed },
    duplicates: Number(duplicates),
  };
}

function lossOf({ from_offset, to_offset, reason, since_us, until_us }: LossRow): LaneLoss {
  const time = (us: string | null) => (us === null ? null : Number(us));
  return { start: Number(from_offset), end: Number(to_offset), reason, sinceUs: time(since_us), untilUs: time(until_us) };
}

/** The origins that the store does not know. */
export async function unknownOf(client: Client, origins: readonly Origin[]): Promise<Origin[]> {
  const query = `SELECT gateway_id, log_id FROM tidegate.origins WHERE ${named}`;
  const { rows } = await client.query<{ gateway_id: string; log_id: string }>(query, namesOf(origins));
  const known = new Set(rows.map((row) => originKey({ gatewayId: row.gateway_id, logId: row.log_id })));
  return origins.filter((origin) => !known.has(originKey(origin)));
}

/** As many of them as there is room for, in order. Only one collector at a time does this, so that all keep to the limit. */
export async function introduce(client: Client, origins: readonly Origin[], originsMax: number): Promise<void> {
  await client.query(schemaLock);
  await client.query(
    `WITH made AS (
       INSERT INTO tidegate.origins (gateway_id, log_id)
       SELECT gateway_id, log_id FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS given (gateway_id, log_id, place)
       WHERE NOT EXISTS (SELECT FROM tidegate.origins o WHERE (o.gateway_id, o.log_id) = (given.gateway_id, given.log_id))
       ORDER BY place
       LIMIT greatest(0, $3 - (SELECT count(*) FROM tidegate.origins))
       RETURNING origin_id
     )
     INSERT INTO tidegate.progress (origin_id, lane) SELECT origin_id, lane FROM made, unnest($4::text[]) AS lane`,
    [...namesOf(origins), originsMax, textArray(lanes)],
  );
}

interface StoredStep extends ProgressStep {
  readonly originId: number;
}

/** Of lanes that are locked. */
export async function saveProgress(client: Client, steps: readonly StoredStep[]): Promise<void> {
  const of = <T>(field: (step: StoredStep) => T) => steps.map(field);
  await client.query(
    `UPDATE tidegate.progress p SET received = s.received, closed = s.closed, duplicates = s.duplicates
     FROM unnest($1::int4[], $2::text[], $3::int8multirange[], $4::jsonb[], $5::int8[])
       AS s (origin_id, lane, received, closed, duplicates)
     WHERE p.origin_id = s.origin_id AND p.lane = s.lane`,
    [
      numberArray(of(({ originId }) => originId)),
      textArray(of(({ lane }) => lane)),
      textArray(of(({ after }) => multirange(after.received))),
      textArray(of(({ after }) => jsonText(after.closed))),
      numberArray(of(({ after }) => after.duplicates)),
    ],
  );
  await saveLosses(client, steps);
}

/** Deletions first: a loss that is stored may take the key of one that goes. */
async function saveLosses(client: Client, steps: readonly StoredStep[]): Promise<void> {
  const changed = (which: "gone" | "added") =>
    steps.flatMap((step) => lossChanges(step)[which].map((loss) => ({ ...loss, originId: step.originId, lane: step.lane })));
  const [gone, added] = [changed("gone"), changed("added")];
  const keys = (losses: typeof gone) => [
    numberArray(losses.map(({ originId }) => originId)),
    textArray(losses.map(({ lane }) => lane)),
    numberArray(losses.map(({ start }) => start)),
  ];
  if (gone.length > 0) {
    await client.query(
      `DELETE FROM tidegate.losses WHERE (origin_id, lane, from_offset) IN
         (SELECT * FROM unnest($1::int4[], $2::text[], $3::int8[]))`,
      keys(gone),
    );
  }
  if (added.length === 0) return;
  await client.query(
    `INSERT INTO tidegate.losses (origin_id, lane, from_offset, to_offset, reason, since_us, until_us)
     SELECT * FROM unnest($1::int4[], $2::text[], $3::int8[], $4::int8[], $5::text[], $6::int8[], $7::int8[])`,
    [
      ...keys(added),
      numberArray(added.map(({ end }) => end)),
      textArray(added.map(({ reason }) => reason)),
      numberArray(added.map(({ sinceUs }) => sinceUs)),
      numberArray(added.map(({ untilUs }) => untilUs)),
    ],
  );
}
