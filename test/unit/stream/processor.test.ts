import { serialize } from "node:v8";
import { expect, test } from "vitest";
import { decodeReadingBlock } from "../../../src/codec/block-codec.ts";
import { PendingOutputs } from "../../../src/stream/pending-outputs.ts";
import { Processor } from "../../../src/stream/processor.ts";
import { TickList } from "../../../src/stream/ticks.ts";
import { reading } from "../../support/log-appends.ts";
import { Metronome } from "../../support/metronome.ts";
import { readingBlock } from "../../support/records.ts";

test("an operator whose input has not begun is told of no time, though a deadline of its own has passed", () => {
  const metronome = new Metronome(3);
  metronome.restore([{ key: "", value: serialize({ beats: 1, dueUs: 5, nowUs: 4 }) }]);
  const outputs = new PendingOutputs();
  const fed = [{ operator: metronome, fromOffset: 2 }];
  const processor = new Processor(fed, new TickList([]), { start: { position: 0, timeUs: 0 }, outputs });
  const commit = () => processor.feed(decodeReadingBlock(readingBlock([reading(1)], 6)));
  commit();
  commit();
  expect(outputs.size).toBe(0);
  expect(processor.nextDeadlineUs()).toBe(5);
  commit();
  expect(outputs.drain().alerts.map(({ causeOffset }) => causeOffset)).toEqual([2]);
});
