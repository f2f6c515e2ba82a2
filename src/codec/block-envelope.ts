// What the blocks of all lanes have in common: format version, header, commits, and how bytes are refused.

import { assert } from "../platform/assert.ts";
import { TidegateError } from "../platform/errors.ts";
import { BlockFields, type BlockWriter, checkChecksum, readVarint } from "./block-bytes.ts";
import { corrupt } from "./block-error.ts";
import { SignedListWriter } from "./signed-list.ts";
import { timeUnitOf, timeUnitsUs } from "./time-units.ts";

export const blockFormat = 2;
/** Most records of a block. Lists of zeros take no bytes, so without this a few bytes could ask for any amount of memory. */
export const blockCountMax = 131_072;
/** The year 2112. */
const ingestTimeUsMax = 2 ** 52;

const countsField = 28;
const timeUnitField = 29;
const timeStepsField = 30;

export interface BlockHeader {
  readonly count: number;
  /** When the gateway appended the records, of merged blocks the first of them: microseconds since the Unix epoch. */
  readonly ingestTimeUs: number;
}

/** Records that were appended together, in a block of their own. */
export type BlockCommit = BlockHeader;

/** Commits of one block in offset order; the counts add up to its own. */
export type BlockCommits = readonly [BlockCommit, ...BlockCommit[]];

/** For `count` records. */
export function writeHeader(writer: BlockWriter, count: number, commits: BlockCommits): void {
  assert(commits.reduce((sum, commit) => sum + commit.count, 0) === count, `commits of a block hold its ${count} records`);
  assert(count > 0 && count <= blockCountMax, `a block holds 1 to ${blockCountMax} records, not ${count}`);
  for (const { ingestTimeUs } of commits) {
    assert(
      Number.isInteger(ingestTimeUs) && ingestTimeUs >= 0 && ingestTimeUs <= ingestTimeUsMax,
      "ingest times go to 2^52 us",
    );
  }
  writer.number(1, blockFormat);
  writer.number(2, count);
  writer.number(3, commits[0].ingestTimeUs);
}

/** The last fields before the checksum; none for a single commit. */
export function writeCommits(writer: BlockWriter, commits: BlockCommits): void {
  if (commits.length === 1) return;
  const commitCounts = new SignedListWriter();
  const commitTimeSteps = new SignedListWriter();
  const timesUs = commits.map(({ ingestTimeUs }) => ingestTimeUs);
  const unit = timeUnitOf(timesUs, 0, timesUs.length);
  const unitUs = timeUnitsUs[unit] as number;
  for (const { count } of commits) commitCounts.pushDifference(count);
  for (let i = 1; i < timesUs.length; i++) {
    commitTimeSteps.pushDifference(((timesUs[i] as number) - (timesUs[i - 1] as number)) / unitUs);
  }
  writer.list(countsField, commitCounts);
  writer.number(timeUnitField, unit);
  writer.list(timeStepsField, commitTimeSteps);
}

/** The header of a block of any lane. Its checksum is not looked at. Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
export function headerOf(bytes: Uint8Array): BlockHeader {
  const format = varintField(bytes, 0, 0x08);
  if (format.value !== blockFormat && format.value !== 0) throw unknownFormat(format.value);
  const count = varintField(bytes, format.end, 0x10);
  const ingestTimeUs = varintField(bytes, count.end, 0x18);
  if (format.value === 0 || count.value === 0 || count.value > blockCountMax || ingestTimeUs.value > ingestTimeUsMax) {
    throw corrupt(`the ${bytes.length} bytes have no valid header`);
  }
  return { count: count.value, ingestTimeUs: ingestTimeUs.value };
}

/** 0 if another field stands there, because proto3 leaves out zeros. */
function varintField(bytes: Uint8Array, start: number, tag: number): { value: number; end: number } {
  return bytes[start] === tag ? readVarint(bytes, start + 1, bytes.length) : { value: 0, end: start };
}

export interface OpenedBlock {
  readonly header: BlockHeader;
  readonly commits: BlockCommits;
  readonly fields: BlockFields;
}

/** The header first: what another format holds behind it need not be readable here, nor have a checksum. Errors: as `headerOf`. */
export function openBlock(bytes: Uint8Array): OpenedBlock {
  const header = headerOf(bytes);
  checkChecksum(bytes);
  const fields = new BlockFields(bytes);
  return { header, fields, commits: commitsOf(header, fields) };
}

function commitsOf(header: BlockHeader, fields: BlockFields): BlockCommits {
  const counts = fields.list(countsField);
  if (counts.isEmpty) return [header];
  const steps = fields.list(timeStepsField);
  const unitUs = timeUnitsUs[fields.number(timeUnitField)];
  if (unitUs === undefined) throw corrupt("its commits have an unknown unit of time");
  const first = { count: counts.nextSum(), ingestTimeUs: header.ingestTimeUs };
  const commits: [BlockCommit, ...BlockCommit[]] = [first];
  let left = header.count - first.count;
  for (let { ingestTimeUs } = first; left > 0; ) {
    const count = counts.nextSum();
    ingestTimeUs += steps.nextSum() * unitUs;
    if (count < 1 || ingestTimeUs < 0 || ingestTimeUs > ingestTimeUsMax) throw corrupt("a commit is empty or out of time");
    commits.push({ count, ingestTimeUs });
    left -= count;
  }
  if (left !== 0 || first.count < 1) throw corrupt(`its commits do not hold ${header.count} records in all`);
  counts.end();
  steps.end();
  return commits;
}

function unknownFormat(format: number): TidegateError {
  return new TidegateError(
    "BLOCK_FORMAT_UNKNOWN",
    `decode block: its format is ${format}, known is ${blockFormat}; read it with the version of tidegate that wrote it, or a later one`,
  );
}
