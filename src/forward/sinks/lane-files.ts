// The files of one lane: one that grows, and those before it. Their names say when each began and of which log they are:
// `readings-20260131T120000.000Z-LOGID.ndjson`. The name sorts by time.
//
// What is there is known from the files themselves: on open the newest are read, and a record that is in them is not written again.

import { type FileHandle, open, readdir, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Lane } from "../../model/lane.ts";
import { assert } from "../../platform/assert.ts";
import type { Clock } from "../../platform/clock.ts";
import { makeDirectory } from "../../platform/data-directory.ts";
import type { Logger } from "../../platform/logger.ts";
import type { RecordBatch } from "../record-sink.ts";
import { RecentOffsets } from "./offset-set.ts";
import { type FileFormat, fileHead, fileLines, readContents } from "./record-file.ts";

/** Of the newest files of a lane, so much is read on open, and remembered. */
export const rememberedBytesMax = 256 * 1024 * 1024;

export interface LaneFilesOptions {
  readonly lane: Lane;
  /** Begin of the path of each file. */
  readonly base: string;
  readonly logId: string;
  readonly format: FileFormat;
  readonly fileSizeMax: number;
  readonly fileTimeMax: number;
  readonly filesMax: number | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface LaneFile {
  readonly path: string;
  readonly beganAtMs: number;
}

interface Found {
  readonly files: LaneFile[];
  readonly recent: RecentOffsets;
  readonly newestBytes: number;
}

export class LaneFiles {
  readonly #options: LaneFilesOptions;
  /** Oldest first. */
  readonly #files: LaneFile[];
  readonly #recent: RecentOffsets;
  /** Of the newest file. */
  #bytes: number;
  /** Of the newest file; null until something is written. */
  #handle: FileHandle | null = null;
  #deleted = 0;

  private constructor(options: LaneFilesOptions, found: Found) {
    this.#options = options;
    this.#files = found.files;
    this.#recent = found.recent;
    this.#bytes = found.newestBytes;
  }

  /** Makes the folder, cuts off what a crash left behind the last whole record, and looks what is there. Errors: of the file system. */
  static async open(options: LaneFilesOptions): Promise<LaneFiles> {
    await makeDirectory(dirname(options.base));
    const files = await filesOf(options);
    const recent = new RecentOffsets(rememberedBytesMax);
    let newestBytes = 0;
    let readBytes = 0;
    for (const file of files.toReversed()) {
      if (readBytes >= rememberedBytesMax) break;
      const isNewest = file === files.at(-1);
      const { offsets, bytes } = await lookInto(file, { ...options, isNewest });
      recent.add(offsets, bytes);
      readBytes += bytes;
      if (isNewest) newestBytes = bytes;
    }
    return new LaneFiles(options, { files, recent, newestBytes });
  }

  /** Writes what is not there yet. When it returns, all of the batch is on disk; when it throws, none of it that was not there before. */
  async append(batch: RecordBatch): Promise<number> {
    const { format } = this.#options;
    const lines = fileLines(format, batch, (offset) => !this.#recent.has(offset));
    if (lines === "") return 0;
    await this.#roll(Buffer.byteLength(lines));
    const bytes = Buffer.from(this.#bytes === 0 ? `${fileHead(format, batch.lane)}${lines}` : lines);
    await this.#write(bytes);
    this.#recent.add(
      batch.records.map(({ offset }) => offset),
      bytes.length,
    );
    return bytes.length;
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }

  /** Opens the newest file, or begins a new one if that is too large or too old. */
  async #roll(addedBytes: number): Promise<void> {
    const { fileSizeMax, fileTimeMax, clock } = this.#options;
    const newest = this.#files.at(-1);
    const nowMs = Math.floor(clock.nowUs() / 1000);
    if (newest === undefined) return this.#begin(nowMs);
    const isFull = this.#bytes > 0 && this.#bytes + addedBytes > fileSizeMax;
    const isOld = Math.floor(newest.beganAtMs / fileTimeMax) < Math.floor(nowMs / fileTimeMax);
    if (isFull || isOld) return this.#begin(Math.max(nowMs, newest.beganAtMs + 1));
    this.#handle ??= await open(newest.path, "r+");
  }

  async #begin(beganAtMs: number): Promise<void> {
    await this.close();
    const path = pathOf(this.#options, beganAtMs);
    this.#handle = await open(path, "wx");
    this.#files.push({ path, beganAtMs });
    this.#bytes = 0;
    await syncFolder(dirname(path));
    await this.#deleteOldest();
  }

  /** Takes back what a failed write left, so that a record is never there in part, nor without being on disk. */
  async #write(bytes: Buffer): Promise<void> {
    const handle = this.#handle;
    assert(handle !== null, "the newest file is open when something is written");
    try {
      for (let at = 0; at < bytes.length; ) {
        at += (await handle.write(bytes, at, bytes.length - at, this.#bytes + at)).bytesWritten;
      }
      await handle.datasync();
      this.#bytes += bytes.length;
    } catch (error) {
      await handle.truncate(this.#bytes);
      throw error;
    }
  }

  async #deleteOldest(): Promise<void> {
    const { filesMax, lane, logger } = this.#options;
    while (filesMax !== null && this.#files.length > filesMax) {
      const oldest = this.#files[0];
      if (oldest === undefined) return;
      await unlink(oldest.path);
      this.#files.shift();
      this.#deleted += 1;
      const counts = { filesMax, deletedFiles: this.#deleted };
      logger.warn({ lane, path: oldest.path, ...counts }, "file sink deleted its oldest file");
    }
  }
}

const extensions = { ndjson: "ndjson", csv: "csv" } as const;

function pathOf({ base, logId, format }: LaneFilesOptions, beganAtMs: number): string {
  const time = new Date(beganAtMs).toISOString().replaceAll(/[-:]/g, "");
  return `${base}-${time}-${logId}.${extensions[format]}`;
}

/** Oldest first. */
async function filesOf(options: LaneFilesOptions): Promise<LaneFile[]> {
  const { base, logId, format } = options;
  const files: LaneFile[] = [];
  for (const name of await readdir(dirname(base))) {
    const time = /^-(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\d\.\d{3}Z)-(.+)\.(\w+)$/.exec(name.slice(basename(base).length));
    if (!name.startsWith(basename(base)) || time?.[6] !== logId || time[7] !== extensions[format]) continue;
    const beganAtMs = Date.parse(`${time[1]}-${time[2]}-${time[3]}:${time[4]}:${time[5]}`);
    files.push({ path: join(dirname(base), name), beganAtMs });
  }
  return files.sort((one, other) => one.beganAtMs - other.beganAtMs);
}

type LookOptions = LaneFilesOptions & { readonly isNewest: boolean };

/** Only the newest file can end in the middle of a record. */
async function lookInto({ path }: LaneFile, { format, isNewest, lane, logger }: LookOptions) {
  const { offsets, bytes, wholeBytes, strangers } = await readContents(path, format);
  if (strangers > 0) logger.warn({ lane, path, strangers }, "a file of a sink has records that are damaged");
  if (!isNewest) return { offsets, bytes };
  await makeDurable(path, wholeBytes);
  if (wholeBytes === bytes) return { offsets, bytes };
  logger.info({ lane, path, bytes: bytes - wholeBytes }, "file sink cut off a record that was not whole");
  return { offsets, bytes: wholeBytes };
}

/** Whoever was killed may not have synced what it wrote, and what is in a file counts as accepted when it comes again. */
async function makeDurable(path: string, wholeBytes: number): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.truncate(wholeBytes);
    await file.datasync();
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
}

/** A file is there after a power cut only if its name is on disk. On ext4 a sync of the file does that too; others want this. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
