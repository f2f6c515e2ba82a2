// Every failure that leaves a room is a TidegateError with a code from this table.
// The table is the single source: docs/errors.md is generated from it, and the exit code of a command is read from it.

interface ErrorEntry {
  /** What it means and what to do, for the documentation. */
  readonly meaning: string;
  /** True if the same call may succeed later without any change. */
  readonly retryable: boolean;
  /** Exit code of a command that ends with this error (sysexits.h); 70 if nothing better fits. */
  readonly exitCode: number;
}

export const errorTable = {
  USAGE: {
    meaning: "The command line is not understood. Run the command with --help.",
    retryable: false,
    exitCode: 64,
  },
  CONFIG_INVALID: {
    meaning: "The configuration has faults. Each is listed with its path, its value, what is allowed and the remedy.",
    retryable: false,
    exitCode: 78,
  },
  PORT_IN_USE: {
    meaning: "Another program listens on the port. Stop it, or configure another port.",
    retryable: false,
    exitCode: 69,
  },
  LISTEN_FAILED: {
    meaning: "The listener cannot be opened, for a reason other than a busy port: address not of this host, or no permission.",
    retryable: false,
    exitCode: 69,
  },
  DATA_DIR_UNUSABLE: {
    meaning:
      "The data directory cannot be created, read or written. Check its path, its owner and that the disk is mounted read-write.",
    retryable: false,
    exitCode: 73,
  },
  DATA_DIR_LOCKED: {
    meaning: "Another process has the data directory open. Stop that process, or use another directory.",
    retryable: false,
    exitCode: 73,
  },
  LOG_CLOSED: {
    meaning: "The log was closed before the write was on disk. What was not acknowledged must be sent again.",
    retryable: false,
    exitCode: 70,
  },
  LOG_QUEUE_FULL: {
    meaning:
      "More readings wait for the disk than log.pendingReadingsMax, or more than a hundred requests of operators. The disk is too slow; send again later.",
    retryable: true,
    exitCode: 70,
  },
  LOG_FULL: {
    meaning:
      "The log may not grow (log.retention, log.diskFreeMin) and log.whenFull forbids to give up what the sinks do not have, or the disk is full with the data of others. Readings are taken again when there is room.",
    retryable: true,
    exitCode: 74,
  },
  LOG_WRITE_FAILED: {
    meaning: "The disk refused a write. Nothing of it was acknowledged; the cause names the reason.",
    retryable: true,
    exitCode: 74,
  },
  LOG_READ_FAILED: {
    meaning: "The disk did not give back what the log holds; the cause names the reason. Check the disk.",
    retryable: true,
    exitCode: 74,
  },
  BLOCK_FORMAT_UNKNOWN: {
    meaning: "A block has a format that this version does not know. Read it with the version that wrote it, or a later one.",
    retryable: false,
    exitCode: 65,
  },
  BLOCK_CORRUPT: {
    meaning: "A block cannot be decoded. The data was damaged at rest or on the way.",
    retryable: false,
    exitCode: 65,
  },
  LOG_DAMAGED: {
    meaning:
      "tidegate log verify found damage. Each finding names its place. Keep a copy of the directory; the gateway serves the rest.",
    retryable: false,
    exitCode: 65,
  },
  COLLECTOR_UNREACHABLE: {
    meaning: "The collector does not answer. A gateway's log holds everything, and it tries again by itself.",
    retryable: true,
    exitCode: 69,
  },
  COLLECTOR_REFUSED: {
    meaning:
      "The collector refused the stream, for instance because of an unknown protocol version, because one side does not accept the certificate of the other, or because the gateway's is for another id. The message says why.",
    retryable: true,
    exitCode: 76,
  },
  COLLECTOR_BEHIND: {
    meaning:
      "The collector lacks records that this gateway no longer holds. The gap is reported and forwarding goes on behind it.",
    retryable: false,
    exitCode: 70,
  },
  COLLECTOR_AHEAD: {
    meaning:
      "The collector holds records of this log that the log itself does not have: the data directory is an older copy, or the disk lost synced writes. Nothing is sent, because new records would be taken for the old ones. Restore the newest copy, or start with an empty data directory.",
    retryable: true,
    exitCode: 70,
  },
  COLLECTOR_FULL: {
    meaning: "A limit of the collector is reached: gateways, or separate ranges of offsets in a lane. The message names it.",
    retryable: true,
    exitCode: 70,
  },
  SINK_UNREACHABLE: {
    meaning: "A sink does not answer. The log holds everything; the gateway tries again by itself.",
    retryable: true,
    exitCode: 69,
  },
  SINK_REFUSED: {
    meaning:
      "A sink refuses what it gets as a whole: credentials, permissions, or a table, stream or topic that is not there. The message says why; the gateway tries again by itself.",
    retryable: true,
    exitCode: 76,
  },
  SINK_UNKNOWN: {
    meaning: "No sink of that name is configured. tidegate status lists them.",
    retryable: false,
    exitCode: 66,
  },
  LIBRARY_MISSING: {
    meaning:
      "The client library of a configured sink or store is not installed. The message names the command that installs it.",
    retryable: false,
    exitCode: 78,
  },
  STORE_UNREACHABLE: {
    meaning:
      "The database, server or cluster of the collector's store does not answer. Start it, or correct its address in store.",
    retryable: true,
    exitCode: 69,
  },
  STORE_UNUSABLE: {
    meaning:
      "The database, server or cluster of the collector's store answers and cannot be used: its user may not, its version is too old, or it holds tables, streams or topics of another format. The message says which.",
    retryable: false,
    exitCode: 73,
  },
  STORE_REFUSED: {
    meaning:
      "The store of the collector cannot hold a record that a gateway sent, whenever it is sent. The message says why; its stream is ended, the others go on.",
    retryable: false,
    exitCode: 65,
  },
  STORE_WRITE_FAILED: {
    meaning:
      "The disk, database, server or cluster of the collector's store refused a write. Nothing of it was acknowledged; the gateways send it again.",
    retryable: true,
    exitCode: 74,
  },
  STORE_CLOSED: {
    meaning: "The collector's store was closed before the write was on disk. The gateways send it again.",
    retryable: true,
    exitCode: 70,
  },
  REQUEST_INVALID: {
    meaning: "A request to the gateway has faults. Each is listed with its field, its value, what is allowed and the remedy.",
    retryable: false,
    exitCode: 64,
  },
  ALERT_NOT_ACTIVE: {
    meaning: "No such alert is firing; it may have resolved. tidegate alerts lists those that are.",
    retryable: false,
    exitCode: 66,
  },
  SILENCE_UNKNOWN: {
    meaning: "There is no such silence; it may have ended. tidegate silence list lists those that hold.",
    retryable: false,
    exitCode: 66,
  },
  SILENCES_FULL: {
    meaning: "There are as many silences as notify.silencesMax allows. Remove one, or make one that covers several.",
    retryable: true,
    exitCode: 70,
  },
  GATEWAY_UNREACHABLE: {
    meaning: "No gateway answers at the given HTTP address. Start it, or name its address with --url.",
    retryable: true,
    exitCode: 69,
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

export interface ErrorOptions {
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error class. Messages are lower case: what was attempted, with values and units, then the remedy. */
export class TidegateError extends Error {
  override readonly name = "TidegateError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = errorTable[code].retryable;
    this.details = options.details ?? {};
  }

  get exitCode(): number {
    return errorTable[this.code].exitCode;
  }
}

/** Text of any thrown value, for a message or the logger. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` of a Node.js or Level error, undefined if it has none. */
export function systemCodeOf(thrown: unknown): string | undefined {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" ? code : undefined;
}
