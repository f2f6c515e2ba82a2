// The files of one lane: one that grows, and those before it. Their names say when each began and of which log they are:
// `readings-20260131T120000.000Z-LOGID.ndjson`. The name sorts by time.
//
// What is there is known from the files themselves: on open the newest are read, and a record that is in them is not written again.

import { type FileHandle, mkdir, open, readdir, truncate, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Lane } from "../../model/lane.ts";
import { assert } from "../../platform/assert.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Logger } from "../../platform/logger.ts";
import type { RecordBatch } from "../record-sink.ts";
import { OffsetSet } from "./offset-set.ts";
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

interface RememberedFile {
  readonly path: string;
  readonly beganAtMs: number;
  /** Null: it is older than what is remembered. */
  offsets: OffsetSet | null;
  bytes: number;
}

export class LaneFiles {
  readonly #options: LaneFilesOptions;
  /** Oldest first. */
  readonly #files: RememberedFile[];
  /** Of the newest file; null until something is written. */
  #handle: FileHandle | null = null;
  #deleted = 0;

  private constructor(options: LaneFilesOptions, files: RememberedFile[]) {
    this.#options = options;
    this.#files = files;
  }

  /** Makes the folder, cuts off what a crash left behind the last whole record, and looks what is there. Errors: of the file system. */
  static async open(options: LaneFilesOptions): Promise<LaneFiles> {
    await mkdir(dirname(options.base), { recursive: true });
    const files = await filesOf(options);
    let remembered = 0;
    for (const file of files.toReversed()) {
      if (remembered >= rememberedBytesMax) break;
      const isNewest = file === files.at(-1);
      remembered += await lookInto(file, { ...options, isNewest });
    }
    return new LaneFiles(options, files);
  }

  /** Writes what is not there yet. When it returns, all of the batch is on disk; when it throws, none of it that was not there before. */
  async append(batch: RecordBatch): Promise<number> {
    const { format } = this.#options;
    const lines = fileLines(format, batch, (offset) => !this.#files.some(({ offsets }) => offsets?.has(offset)));
    if (lines === "") return 0;
    const bytes = Buffer.from(lines);
    const file = await this.#fileFor(bytes.length);
    await this.#write(file, file.bytes === 0 ? Buffer.concat([this.#head(), bytes]) : bytes);
    for (const { offset } of batch.records) file.offsets?.add(offset);
    return bytes.length;
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }

  #head(): Buffer {
    return Buffer.from(fileHead(this.#options.format, this.#options.lane));
  }

  /** The newest file, or a new one if that is too large or too old. */
  async #fileFor(addedBytes: number): Promise<RememberedFile> {
    const { fileSizeMax, fileTimeMax, clock } = this.#options;
    const newest = this.#files.at(-1);
    const nowMs = Math.floor(clock.nowUs() / 1000);
    if (newest === undefined) return this.#begin(nowMs);
    const isFull = newest.bytes > 0 && newest.bytes + addedBytes > fileSizeMax;
    const isOld = Math.floor(newest.beganAtMs / fileTimeMax) < Math.floor(nowMs / fileTimeMax);
    if (isFull || isOld) return this.#begin(Math.max(nowMs, newest.beganAtMs + 1));
    this.#handle ??= await open(newest.path, "r+");
    return newest;
  }

  async #begin(beganAtMs: number): Promise<RememberedFile> {
    await this.close();
    const path = pathOf(this.#options, beganAtMs);
    const file: RememberedFile = { path, beganAtMs, offsets: new OffsetSet(), bytes: 0 };
    this.#handle = await open(path, "wx");
    this.#files.push(file);
    await syncFolder(dirname(path));
    this.#forget();
    await this.#deleteOldest();
    return file;
  }

  /** Takes back what a failed write left, so that a record is never there in part, nor without being on disk. */
  async #write(file: RememberedFile, bytes: Buffer): Promise<void> {
    const handle = this.#handle;
    assert(handle !== null, "the newest file is open when something is written");
    try {
      for (let at = 0; at < bytes.length; ) {
        at += (await handle.write(bytes, at, bytes.length - at, file.bytes + at)).bytesWritten;
      }
      await handle.datasync();
      file.bytes += bytes.length;
    } catch (error) {
      await handle.truncate(file.bytes);
      throw error;
    }
  }

  /** Of files that are full, the newest `rememberedBytesMax` are enough. */
  #forget(): void {
    let remembered = 0;
    for (const file of this.#files.toReversed()) {
      if (remembered >= rememberedBytesMax) file.offsets = null;
      remembered += file.bytes;
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
      const counts = { bytes: oldest.bytes, deletedFiles: this.#deleted };
      logger.warn({ lane, path: oldest.path, filesMax, ...counts }, "file sink deleted its oldest file");
    }
  }
}

const extensions = { ndjson: "ndjson", csv: "csv" } as const;

function pathOf({ base, logId, format }: LaneFilesOptions, beganAtMs: number): string {
  const time = new Date(beganAtMs).toISOString().replaceAll(/[-:]/g, "");
  return `${base}-${time}-${logId}.${extensions[format]}`;
}

/** Oldest first, none of them looked into. */
async function filesOf(options: LaneFilesOptions): Promise<RememberedFile[]> {
  const { base, logId, format } = options;
  const files: RememberedFile[] = [];
  for (const name of await readdir(dirname(base))) {
    const time = /^-(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\d\.\d{3}Z)-(.+)\.(\w+)$/.exec(name.slice(basename(base).length));
    if (!name.startsWith(basename(base)) || time?.[6] !== logId || time[7] !== extensions[format]) continue;
    const beganAtMs = Date.parse(`${time[1]}-${time[2]}-${time[3]}:${time[4]}:${time[5]}`);
    files.push({ path: join(dirname(base), name), beganAtMs, offsets: null, bytes: 0 });
  }
  return files.sort((one, other) => one.beganAtMs - other.beganAtMs);
}

/** Only the newest file can end in the middle of a record. Bytes read. */
async function lookInto(file: RememberedFile, options: LaneFilesOptions & { readonly isNewest: boolean }): Promise<number> {
  const { format, isNewest, lane, logger } = options;
  const { offsets, bytes, wholeBytes, strangers } = await readContents(file.path, format);
  file.offsets = offsets;
  file.bytes = bytes;
  if (strangers > 0) logger.warn({ lane, path: file.path, strangers }, "a file of a sink has records that are damaged");
  if (isNewest && wholeBytes < bytes) {
    await truncate(file.path, wholeBytes);
    file.bytes = wholeBytes;
    logger.info({ lane, path: file.path, bytes: bytes - wholeBytes }, "file sink cut off a record that was not whole");
  }
  return bytes;
}

/** A file is there after a power cut only if its folder is on disk. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
