// The block codec: readings a second through builder and decoder, on one core, from readings to the bytes of a block and back to
// columns. The reference does the same with generated protobuf code: a message a column, numbers as doubles, no checksum. It is
// what the hand-written reading and writing of blocks must be worth.

import { tidegate } from "#proto";
import { decodeReadingBlock, ReadingBlockBuilder } from "../../src/codec/block-codec.ts";
import { mergeBlocks } from "../../src/codec/block-merge.ts";
import type { Reading } from "../../src/model/reading.ts";
import { fleetReadings, take } from "../support/block-cases.ts";
import { readingBlock } from "../support/records.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { type BenchCase, benchCase, median, report } from "./report.ts";

const { ReadingBatch } = tidegate.v1;
const rounds = 5;
const roundMs = 300;

/** Readings a second, the median of the rounds. Run in turn with its reference, so that both have the same machine. */
function rates(count: number, ...attempts: (() => unknown)[]): number[] {
  const measured = attempts.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, attempt] of attempts.entries()) {
      const start = performance.now();
      let runs = 0;
      while (performance.now() - start < roundMs) {
        attempt();
        runs++;
      }
      // The first round warms up.
      if (round > 0) measured[index]?.push((runs * count * 1000) / (performance.now() - start));
    }
  }
  return measured.map(median);
}

function plainColumns(readings: readonly Reading[]): Uint8Array {
  const columns = new Map<string, { metric: string; unit: string; times: number[]; numbers: number[]; last: number }>();
  for (const { device, metric, unit, eventTimeUs, value } of readings) {
    const key = `${device}/${metric}`;
    const column = columns.get(key) ?? { metric: key, unit, times: [], numbers: [], last: 0 };
    columns.set(key, column);
    column.times.push(eventTimeUs - column.last);
    column.numbers.push(Number(value));
    column.last = eventTimeUs;
  }
  const series = Array.from(columns.values(), ({ metric, unit, times, numbers }) => {
    return { metric, unit, eventTimeUsDeltas: times, numbers };
  });
  return ReadingBatch.encode({ series }).finish();
}

function decodedTimes(bytes: Uint8Array): number[][] {
  return ReadingBatch.decode(bytes).series.map(({ eventTimeUsDeltas }) => {
    let timeUs = 0;
    return (eventTimeUsDeltas ?? []).map((deltaUs) => {
      timeUs += deltaUs;
      return timeUs;
    });
  });
}

function casesFor(series: number, count: number): BenchCase[] {
  const readings = take(fleetReadings({ random: seededRandom(1), series, periodUs: 1_000_000 }), count);
  const builder = new ReadingBlockBuilder();
  const build = () => {
    for (const reading of readings) builder.add(reading);
    return builder.finish(1_767_225_600_000_000);
  };
  const bytes = build();
  const plain = plainColumns(readings);
  const [built = 0, builtPlain = 0] = rates(count, build, () => plainColumns(readings));
  const [decoded = 0, decodedPlain = 0] = rates(
    count,
    () => decodeReadingBlock(bytes),
    () => decodedTimes(plain),
  );
  const what = `${count} readings of ${series} series`;
  const common = { unit: "readings/s", budget: null };
  const reference = (value: number) => ({ name: "generated code", value });
  return [
    benchCase({ case: `build, ${what}`, value: built, reference: reference(builtPlain), ...common }),
    benchCase({ case: `decode, ${what}`, value: decoded, reference: reference(decodedPlain), ...common }),
  ];
}

/** Beside building the same block at once. */
function mergeCase(commitCount: number): BenchCase {
  const count = 8192;
  const readings = take(fleetReadings({ random: seededRandom(1), series: 200, periodUs: 200_000 }), count);
  const blocks = Array.from({ length: count / commitCount }, (_, index) => {
    const firstOffset = index * commitCount;
    const bytes = readingBlock(readings.slice(firstOffset, firstOffset + commitCount));
    return { firstOffset, count: commitCount, bytes };
  });
  const [merged = 0, built = 0] = rates(
    count,
    () => mergeBlocks("readings", blocks),
    () => readingBlock(readings),
  );
  const what = `merge, ${count} readings of 200 series in commits of ${commitCount}`;
  return benchCase({
    case: what,
    value: merged,
    unit: "readings/s",
    reference: { name: "build at once", value: built },
    budget: null,
  });
}

report("codec", [
  ...casesFor(1, 8192),
  ...casesFor(200, 8192),
  ...casesFor(200, 200),
  ...casesFor(5, 5),
  mergeCase(1),
  mergeCase(64),
]);
