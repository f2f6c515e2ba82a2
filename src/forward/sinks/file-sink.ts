// Records as lines in files, for whoever reads files: NDJSON or CSV, one sequence of files a lane (lane-files.ts, record-file.ts).
//
// Delivery: exactly once. A record counts as accepted when its file is fsynced, and a record that is in a file already is not written
// again. That is known of the newest `rememberedBytesMax` of each lane, many times what a crash lets the forwarder send again.
//
// Constraints
//   fileSizeMax, fileTimeMax   a file that reaches one of them is complete: a newer one is there
//   filesMax                   of a lane; beyond it the oldest are deleted, each with a warning that counts them. Default: none is
//   rememberedBytesMax         256 MiB are read on each connect, some tenths of a second
//
// Failure
//   killed, power cut   at most the last record of the newest file is not whole; it is cut off on the next connect
//   disk full           the batch is kept and tried again after retryAfterMs; nothing of it is left in the file
//   no permission, no folder   SINK_REFUSED
//   anything else of the disk  SINK_UNREACHABLE; what became of the batch is looked up on the next connect
//
// It does not compress, and does not tell anybody that a file is complete. Two sinks must not have the same path.

import { access, constants } from "node:fs/promises";
import { dirname } from "node:path";
import { type Lane, lanes } from "../../model/lane.ts";
import { messageOf, systemCodeOf, type TidegateError } from "../../platform/errors.ts";
import {
  allAccepted,
  allKept,
  type BatchOutcome,
  type RecordBatch,
  type RecordClient,
  type RecordSink,
} from "../record-sink.ts";
import { LaneFiles } from "./lane-files.ts";
import type { FileFormat } from "./record-file.ts";
import type { SinkContext } from "./sink-context.ts";
import { closedError, refusedError, unreachableError } from "./sink-errors.ts";

/** How long a disk is left alone that was full. */
const retryAfterMs = 10_000;
const writesMax = 4;

export interface FileSinkOptions {
  readonly name: string;
  readonly lanes: readonly Lane[];
  readonly path: string;
  readonly format: FileFormat;
  readonly fileSizeMax: number;
  readonly fileTimeMax: number;
  readonly filesMax?: number | undefined;
}

export function createFileSink(options: FileSinkOptions, context: SinkContext): RecordSink {
  return new FileSink(options, context);
}

class FileSink implements RecordSink {
  readonly name: string;
  readonly target: string;
  readonly #options: FileSinkOptions;
  readonly #context: SinkContext;
  /** Two clients never have the same file. */
  #previous: Promise<unknown> = Promise.resolve();

  constructor(options: FileSinkOptions, context: SinkContext) {
    this.#options = options;
    this.#context = context;
    this.name = options.name;
    this.target = options.path;
  }

  async connect(): Promise<RecordClient> {
    const previous = this.#previous;
    let release = () => {};
    this.#previous = new Promise<void>((resolve) => {
      release = resolve;
    });
    await previous;
    try {
      return new FileClient(this.target, await this.#open(), release);
    } catch (error) {
      release();
      throw failureOf(this.target, error);
    }
  }

  async #open(): Promise<ReadonlyMap<Lane, LaneFiles>> {
    const { origin, clock, logger } = this.#context;
    const { path, format, fileSizeMax, fileTimeMax, filesMax = null } = this.#options;
    const opened = new Map<Lane, LaneFiles>();
    for (const lane of lanes) {
      if (!this.#options.lanes.includes(lane)) continue;
      const base = path.replaceAll("{lane}", lane).replaceAll("{gateway}", origin.gatewayId);
      const bounds = { fileSizeMax, fileTimeMax, filesMax };
      opened.set(lane, await LaneFiles.open({ lane, base, logId: origin.logId, format, ...bounds, clock, logger }));
      await access(dirname(base), constants.W_OK);
    }
    return opened;
  }
}

class FileClient implements RecordClient {
  readonly writesMax = writesMax;
  wireBytes = 0;
  readonly #target: string;
  readonly #files: ReadonlyMap<Lane, LaneFiles>;
  readonly #closed: () => void;
  #queue: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | null = null;

  constructor(target: string, files: ReadonlyMap<Lane, LaneFiles>, closed: () => void) {
    this.#target = target;
    this.#files = files;
    this.#closed = closed;
  }

  write(batch: RecordBatch): Promise<BatchOutcome> {
    const outcome = this.#queue.then(() => this.#append(batch));
    this.#queue = outcome.catch(() => undefined);
    return outcome;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #append(batch: RecordBatch): Promise<BatchOutcome> {
    const files = this.#files.get(batch.lane);
    if (files === undefined || this.#closing !== null) throw closedError(this.#target);
    try {
      this.wireBytes += await files.append(batch);
      return allAccepted;
    } catch (error) {
      if (isDiskFull(error)) return allKept(batch, retryAfterMs);
      throw failureOf(this.#target, error);
    }
  }

  async #close(): Promise<void> {
    await this.#queue;
    try {
      for (const files of this.#files.values()) await files.close();
    } finally {
      this.#closed();
    }
  }
}

function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(systemCodeOf(error) ?? "");
}

const refusals: Readonly<Record<string, string>> = {
  EACCES: "allow the gateway's user to write there",
  EPERM: "allow the gateway's user to write there",
  EROFS: "mount it read-write",
  ENOTDIR: "a part of the path is no folder: name another path",
  EEXIST: "a part of the path is no folder: name another path",
  ENAMETOOLONG: "name a shorter path",
};

function failureOf(target: string, cause: unknown): TidegateError {
  const remedy = refusals[systemCodeOf(cause) ?? ""];
  if (remedy === undefined) return unreachableError(target, messageOf(cause), cause);
  return refusedError(target, `${messageOf(cause)}; ${remedy}`, cause);
}
