// What windows and rules say about a log that was recorded, from nothing but the log: readings, their commits, and ticks. The same
// operators say what they said when the gateway ran; others say what they would have said. Nothing is stored or sent.

import { decodeReadingBlock, type ReadingBlock } from "../codec/block-codec.ts";
import type { Log } from "../log/log.ts";
import type { Operator } from "./contract.ts";
import { PendingOutputs } from "./pending-outputs.ts";
import { Processor } from "./processor.ts";
import { RecordedByCause, type Said } from "./recorded-by-cause.ts";
import { TickList, tickOf, tickPrefix } from "./ticks.ts";

const readBytesMax = 1024 * 1024;

export interface ReplayOptions {
  readonly log: Log;
  /** Without a past; those that use what others say stand behind these. */
  readonly operators: readonly Operator[];
  /** Ingest times, microseconds since the Unix epoch: commits from here on, to the block. Default: all that the log holds. */
  readonly fromUs?: number;
  /** Likewise, up to and with here. */
  readonly toUs?: number;
}

/** What differs between what a replay says and what was recorded. */
export type Difference = Said & { readonly only: "recorded" | "replayed" };

/** In the order of causes, results before alerts. Returns the offset behind the last reading. Errors: as Log.read. */
export async function* replayLog(options: ReplayOptions): AsyncGenerator<Said, number> {
  const { log, operators } = options;
  const outputs = new PendingOutputs();
  const startOffset = firstOffsetOf(options);
  const ticks = new TickList((await log.readCheckpoints(tickPrefix)).map(tickOf));
  ticks.skipTo(startOffset, Number.NEGATIVE_INFINITY);
  const fed = operators.map((operator) => ({ operator, fromOffset: 0 }));
  const processor = new Processor(fed, ticks, { start: { position: startOffset, timeUs: 0 }, outputs });
  for await (const { firstOffset, block } of readingBlocks(options, startOffset)) {
    processor.skipTo(firstOffset);
    processor.feed(block);
    yield* drained(outputs);
  }
  // Behind the last reading stand ticks only if the replay goes that far.
  if (processor.position >= log.bounds("readings").endOffset && options.toUs === undefined) processor.feedTicks();
  yield* drained(outputs);
  return processor.position;
}

/** What a replay says and the lanes do not hold, and the other way round; in the order of causes. Errors: as Log.read. */
export async function* replayDifferences(options: ReplayOptions): AsyncGenerator<Difference> {
  const startOffset = firstOffsetOf(options);
  const recorded = await Promise.all((["results", "alerts"] as const).map((lane) => RecordedByCause.open(options.log, lane)));
  for (const lane of recorded) await lane.until(startOffset - 1);
  const replayed = replayLog(options);
  let group: Said[] = [];
  for (;;) {
    const next = await replayed.next();
    const causeOffset = group[0]?.record.causeOffset;
    if (next.done) {
      // What the passing of time caused behind the last reading has the offset of the next one as its cause.
      const untilOffset = options.toUs === undefined ? next.value : next.value - 1;
      yield* differencesOf(group, await recordedUntil(recorded, untilOffset));
      return;
    }
    if (causeOffset !== undefined && next.value.record.causeOffset !== causeOffset) {
      yield* differencesOf(group, await recordedUntil(recorded, causeOffset));
      group = [];
    }
    group.push(next.value);
  }
}

function firstOffsetOf({ log, fromUs = 0 }: ReplayOptions): number {
  const { list } = log.segments("readings");
  const first = list.find(({ lastTimeUs }) => lastTimeUs >= fromUs);
  return first?.firstOffset ?? log.bounds("readings").endOffset;
}

async function* readingBlocks({ log, fromUs = 0, toUs = Number.POSITIVE_INFINITY }: ReplayOptions, startOffset: number) {
  const { endOffset } = log.bounds("readings");
  for (let offset = startOffset; offset < endOffset; ) {
    const blocks = await log.read("readings", offset, readBytesMax);
    if (blocks.length === 0) return;
    for (const { firstOffset, count, bytes } of blocks) {
      const block: ReadingBlock = decodeReadingBlock(bytes);
      if (block.ingestTimeUs > toUs) return;
      offset = firstOffset + count;
      if ((block.commits.at(-1)?.ingestTimeUs ?? 0) >= fromUs) yield { firstOffset, block };
    }
  }
}

function* drained(outputs: PendingOutputs): Generator<Said> {
  if (outputs.size === 0) return;
  const { results, alerts } = outputs.drain();
  const said: Said[] = [
    ...results.map((record) => ({ lane: "results" as const, record })),
    ...alerts.map((record) => ({ lane: "alerts" as const, record })),
  ];
  // Stable: results stay before alerts of the same cause.
  yield* said.sort((one, other) => one.record.causeOffset - other.record.causeOffset);
}

async function recordedUntil(recorded: readonly RecordedByCause[], causeOffset: number): Promise<Said[]> {
  const said: Said[] = [];
  for (const lane of recorded) said.push(...(await lane.until(causeOffset)));
  return said;
}

function differencesOf(replayed: readonly Said[], recorded: readonly Said[]): Difference[] {
  const left = new Map<string, Said[]>();
  for (const said of recorded) left.set(keyOf(said), [...(left.get(keyOf(said)) ?? []), said]);
  const onlyReplayed = replayed.filter((said) => left.get(keyOf(said))?.pop() === undefined);
  return [
    ...[...left.values()].flat().map((said) => ({ ...said, only: "recorded" as const })),
    ...onlyReplayed.map((said) => ({ ...said, only: "replayed" as const })),
  ];
}

/** Equal for equal records, whatever the order of their fields. */
function keyOf({ lane, record }: Said): string {
  const aggregates = "aggregates" in record ? sortedEntries(record.aggregates) : [];
  return JSON.stringify([lane, sortedEntries({ ...record, aggregates })]);
}

function sortedEntries(fields: object): [string, unknown][] {
  return Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1));
}
