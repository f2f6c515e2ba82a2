import { decodeReadingBlock } from "../../src/codec/block-codec.ts";
import type { Log } from "../../src/log/log.ts";
import type { Operator } from "../../src/stream/contract.ts";
import { type OrderedOutputs, PendingOutputs } from "../../src/stream/pending-outputs.ts";
import { Processor } from "../../src/stream/processor.ts";
import { TickList, tickOf, tickPrefix } from "../../src/stream/ticks.ts";
import { blocksOf } from "./log-contents.ts";

/** What operators say that are fed the log and its ticks from the beginning: no driver, no checkpoint. */
export async function saidOf(log: Log, operators: readonly Operator[]): Promise<OrderedOutputs> {
  const outputs = new PendingOutputs();
  const fed = operators.map((operator) => ({ operator, fromOffset: 0 }));
  const ticks = new TickList((await log.readCheckpoints(tickPrefix)).map(tickOf));
  const processor = new Processor(fed, ticks, { start: { position: 0, timeUs: 0 }, outputs });
  for (const block of await blocksOf(log, "readings")) processor.feed(decodeReadingBlock(block.bytes));
  processor.feedTicks();
  return outputs.drain();
}
