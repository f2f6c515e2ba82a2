import { expect, test } from "vitest";
import { mergeBlocks, type PlacedBlock } from "../../../src/codec/block-merge.ts";
import { openEmbeddedStore } from "../../../src/collector/embedded-store.ts";
import { checkBatch } from "../../../src/collector/request-check.ts";
import { exported, readingBlock, readingsFrom } from "../../support/records.ts";
import { seededRandom, testSeed } from "../../support/seeded-random.ts";
import { tempDir } from "../../support/temp-dir.ts";

const origin = { gatewayId: "gw-1", logId: "log-1" };

/** A commit a second, of that many readings each. */
function committedBlocks(counts: readonly number[], random: () => number): PlacedBlock[] {
  let firstOffset = 0;
  return counts.map((count, index) => {
    const bytes = readingBlock(readingsFrom(firstOffset, count, random), 1_700_000_000_000_000 + index * 1_000_000);
    const block = { firstOffset, count, bytes };
    firstOffset += count;
    return block;
  });
}

async function stored(blocks: readonly PlacedBlock[]) {
  const directory = await tempDir();
  const store = await openEmbeddedStore({ directory, originsMax: 10 });
  await store.contact(origin);
  for (const { firstOffset, count, bytes } of blocks) {
    const checked = checkBatch({ lane: 1, firstOffset, count, block: bytes });
    if (checked.kind === "refusal") throw new Error(checked.message);
    await store.append(origin, checked.block);
  }
  await store.close();
  return exported(directory, "readings");
}

test("a collector that has part of a merged block stores the rest: each record once, at its offset, with its ingest time", async () => {
  const blocks = committedBlocks([1, 3, 1, 1, 5, 2], seededRandom(testSeed()));
  const merged = mergeBlocks("readings", blocks);
  const expected = await stored(blocks);
  expect(expected.map(({ offset }) => offset)).toEqual(Array.from({ length: 13 }, (_, offset) => offset));
  expect(await stored([merged])).toEqual(expected);
  for (let index = 0; index < blocks.length; index++) {
    expect(await stored([blocks[index] as PlacedBlock, merged])).toEqual(expected);
    expect(await stored([mergeBlocks("readings", blocks.slice(index)), merged])).toEqual(expected);
  }
});
