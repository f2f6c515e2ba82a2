// What the messages of a lane hold: records in the payload, as many as fit, and how far the lane is after them.
//
//   ndjson   lines as those of tidegate export, each with its line end; of several parts, if they are small
//   block    a ReadingBlock, ResultBlock or AlertBlock (block.proto), as it came, or the part of it that was missing; halved until it fits
//
// A commit without records (only losses, or only duplicates) is one message without a payload.
//
// A message full of text takes about 10 ms to write; between two of them the event loop goes on.

import { sliceBlock } from "../codec/block-merge.ts";
import { messageTypes } from "../codec/record-payload.ts";
import { ndjsonLine } from "../codec/record-text.ts";
import { type Interval, sizeOf } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import { TidegateError } from "../platform/errors.ts";
import type { ProgressStep, StagedPart } from "./commit-stage.ts";
import { type LaneProgress, withReceived } from "./lane-progress.ts";
import { partBytes, partRecords } from "./staged-part.ts";

export type PayloadKind = "ndjson" | "block";

export interface LaneMessage {
  readonly payload: Uint8Array;
  /** Null: there is no payload. */
  readonly contentType: string | null;
  /** Of the first record; null: there is none. Of a block the offsets of the others follow. */
  readonly firstOffset: number | null;
  readonly count: number;
  /** What is settled of the lane when this message is stored, and those before it. */
  readonly progress: LaneProgress;
}

export interface MessageLimits {
  readonly payload: PayloadKind;
  readonly bytesMax: number;
}

interface Chunk {
  readonly payload: Uint8Array;
  /** Of its records, in order. */
  readonly ranges: readonly Interval[];
}

/** Of a lane's step, in order; at least one. @param parts those of that lane. Errors: STORE_REFUSED. */
export async function messagesOf(
  step: ProgressStep,
  parts: readonly StagedPart[],
  limits: MessageLimits,
): Promise<LaneMessage[]> {
  const { lane, before, after } = step;
  if (parts.length === 0) {
    return [{ payload: new Uint8Array(), contentType: null, firstOffset: null, count: 0, progress: after }];
  }
  const chunks: Chunk[] = [];
  for (const chunk of (limits.payload === "block" ? blockChunks : ndjsonChunks)(lane, parts, limits.bytesMax)) {
    chunks.push(chunk);
    await new Promise(setImmediate);
  }
  const contentType = contentTypeOf(limits.payload, lane);
  let progress = before;
  return chunks.map(({ payload, ranges }, index) => {
    progress = index === chunks.length - 1 ? after : ranges.reduce((sum, range) => withReceived(sum, range), progress);
    return { payload, contentType, firstOffset: ranges[0]?.start ?? null, count: sizeOf(ranges), progress };
  });
}

function contentTypeOf(payload: PayloadKind, lane: Lane): string {
  return payload === "ndjson" ? "application/x-ndjson" : `application/x-protobuf; messageType="${messageTypes[lane]}"`;
}

function* ndjsonChunks(lane: Lane, parts: readonly StagedPart[], bytesMax: number): Generator<Chunk> {
  let lines: string[] = [];
  let ranges: Interval[] = [];
  let bytes = 0;
  const chunk = (): Chunk => ({ payload: Buffer.from(lines.join("")), ranges });
  for (const { offset, line } of linesOf(lane, parts)) {
    const lineBytes = Buffer.byteLength(line);
    if (lineBytes > bytesMax) throw tooLarge(lane, offset, lineBytes, bytesMax);
    if (bytes + lineBytes > bytesMax) {
      yield chunk();
      [lines, ranges, bytes] = [[], [], 0];
    }
    lines.push(line);
    bytes += lineBytes;
    const last = ranges.at(-1);
    if (last?.end === offset) ranges[ranges.length - 1] = { start: last.start, end: offset + 1 };
    else ranges.push({ start: offset, end: offset + 1 });
  }
  yield chunk();
}

function* linesOf<L extends Lane>(lane: L, parts: readonly StagedPart[]): Generator<{ offset: number; line: string }> {
  for (const staged of parts) {
    for (const placed of partRecords(lane, staged)) yield { offset: placed.offset, line: `${ndjsonLine(lane, placed)}\n` };
  }
}

function* blockChunks(lane: Lane, parts: readonly StagedPart[], bytesMax: number): Generator<Chunk> {
  for (const staged of parts) yield* halves(lane, { range: staged.part, payload: partBytes(staged) }, bytesMax);
}

function* halves(lane: Lane, block: { range: Interval; payload: Uint8Array }, bytesMax: number): Generator<Chunk> {
  const { range, payload } = block;
  if (payload.length <= bytesMax) return yield { payload, ranges: [range] };
  const count = sizeOf([range]);
  if (count === 1) throw tooLarge(lane, range.start, payload.length, bytesMax);
  const half = Math.floor(count / 2);
  const middle = range.start + half;
  yield* halves(lane, { range: { start: range.start, end: middle }, payload: sliceBlock(lane, payload, 0, half) }, bytesMax);
  yield* halves(lane, { range: { start: middle, end: range.end }, payload: sliceBlock(lane, payload, half, count) }, bytesMax);
}

function tooLarge(lane: Lane, offset: number, bytes: number, bytesMax: number): TidegateError {
  return new TidegateError(
    "STORE_REFUSED",
    `store offset ${offset} of ${lane}: the record takes ${bytes} bytes, and a message at most ${bytesMax}; raise max_payload of the server, or max_msg_size of the stream`,
    { details: { lane, offset, bytes, bytesMax } },
  );
}
