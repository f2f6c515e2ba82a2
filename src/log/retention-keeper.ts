import type { Clock } from "../platform/clock.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import { LimitedWarning } from "../platform/limited-warning.ts";
import type { Logger } from "../platform/logger.ts";
import { eachLane } from "./group-commit.ts";
import type { Log } from "./log.ts";
import type { LogReaders } from "./log-readers.ts";
import { type Cut, planRetention, type RetentionPlan, type RetentionPolicy, type RetentionView } from "./retention.ts";

/** Between two looks, if nothing is written; and while the disk is at fault, so that one falls into the moments when it is not. */
const intervalMs = 1000;
const faultIntervalMs = 100;
/** How long room that was removed may take to come back, where it does not seem to, before more is given up for it. */
const reclaimPatienceUs = 2_000_000;
/** A look is due when the log has grown by this part of the smallest bound, so that it overshoots by little more. */
const growthPart = 16;
const growthBytesMax = 1024 * 1024;
const warningIntervalMs = 10_000;

export interface RetentionKeeperOptions {
  readonly log: Log;
  /** Those that the log was made with. */
  readonly readers: LogReaders;
  readonly policy: RetentionPolicy;
  /** Free bytes of the file system that holds the log. */
  readonly diskFree: () => Promise<number>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RetentionStatus {
  /** Which bound keeps readings out; null if they are taken. */
  readonly refusal: RetentionPlan["refusal"];
  /** At the last look; null if that failed. */
  readonly diskFreeBytes: number | null;
}

/**
 * Looks after a log as retention.ts says: once a second, and whenever it has grown by a part of its bounds. One look at a time.
 * A look that fails (the disk refuses the write) changes nothing, and the next one comes.
 */
export class RetentionKeeper {
  readonly #options: RetentionKeeperOptions;
  readonly #warnings: LimitedWarning;
  readonly #growthBytes: number;
  readonly #stopListening: () => void;
  #bytesAtLook = 0;
  #refusal: RetentionPlan["refusal"] = null;
  #diskFreeBytes: number | null = null;
  #evictedAtUs = Number.NEGATIVE_INFINITY;
  /** What was free and on its way back at the last look, and since when that is so. */
  #room = "";
  #stillSinceUs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  #cancelTimer: (() => void) | null = null;
  #closed = false;

  constructor(options: RetentionKeeperOptions) {
    const { log, policy, clock } = options;
    this.#options = options;
    this.#warnings = new LimitedWarning(clock, warningIntervalMs);
    const bounds = Object.values(policy.lanes).map(({ bytesMax }) => bytesMax);
    this.#growthBytes = Math.min(growthBytesMax, Math.min(...bounds, policy.diskFreeBytesMin) / growthPart);
    this.#stopListening = log.onCommit(() => {
      if (this.#bytes() - this.#bytesAtLook >= this.#growthBytes) void this.#lookOnce();
    });
  }

  /** Done after the first look: a log that opens over its bounds takes no reading before. Once. */
  start(): Promise<void> {
    return this.look();
  }

  status(): RetentionStatus {
    return { refusal: this.#refusal, diskFreeBytes: this.#diskFreeBytes };
  }

  /** Idempotent; waits for the look under way. Close the log after it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopListening();
    this.#cancelTimer?.();
    await this.#looking;
  }

  /** Looks now; after the look under way, which may have seen less. */
  async look(): Promise<void> {
    await this.#looking;
    await this.#lookOnce();
  }

  #lookOnce(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
      this.#cancelTimer?.();
      if (this.#closed) return;
      const { clock, log } = this.#options;
      this.#cancelTimer = clock.after(isWell(log) ? intervalMs : faultIntervalMs, () => void this.#lookOnce());
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { log, policy, clock, logger } = this.#options;
    this.#bytesAtLook = this.#bytes();
    this.#diskFreeBytes = await this.#freeBytes();
    if (this.#closed) return;
    const plan = planRetention(policy, this.#view(this.#diskFreeBytes ?? Number.POSITIVE_INFINITY));
    this.#refuse(plan.refusal);
    if (plan.cuts.length === 0) return;
    this.#tellOf(plan.cuts);
    try {
      await log.evict({ cuts: plan.cuts, atUs: clock.nowUs() });
      this.#evictedAtUs = clock.nowUs();
    } catch (error) {
      if (!(error instanceof TidegateError)) throw error;
      this.#warn("retention", () => logger.warn({ err: error }, `nothing is removed from the log: ${error.message}`));
    }
  }

  #view(diskFreeBytes: number): RetentionView {
    const { log, readers, clock } = this.#options;
    return {
      nowUs: clock.nowUs(),
      segments: eachLane((lane) => log.segments(lane).list),
      released: readers.released,
      hasSinks: readers.hasSinks,
      diskFreeBytes,
      reclaimingBytes: this.#isStuck() ? 0 : log.reclaimingBytes,
    };
  }

  /**
   * On a disk without room to compact in, nothing comes back until more is given up. LevelDB may not have said so: its faults show
   * with the next write, and while readings are refused there may be none. Then nothing moves.
   */
  #isStuck(): boolean {
    const { log, clock } = this.#options;
    const nowUs = clock.nowUs();
    const room = `${this.#diskFreeBytes}, ${log.reclaimingBytes}`;
    if (room !== this.#room) this.#stillSinceUs = nowUs;
    this.#room = room;
    const isStill = nowUs - this.#stillSinceUs >= reclaimPatienceUs;
    return (isStill || !isWell(log)) && nowUs - this.#evictedAtUs >= reclaimPatienceUs;
  }

  #bytes(): number {
    const { log } = this.#options;
    return log.segments("readings").bytes + log.segments("results").bytes + log.segments("alerts").bytes;
  }

  async #freeBytes(): Promise<number | null> {
    try {
      return await this.#options.diskFree();
    } catch (error) {
      this.#warn("free space", () =>
        this.#options.logger.warn({ err: error }, `the free space of the disk is not known: ${messageOf(error)}`),
      );
      return null;
    }
  }

  #refuse(refusal: RetentionPlan["refusal"]): void {
    if (refusal === this.#refusal) return;
    const { log, logger } = this.#options;
    this.#refusal = refusal;
    log.refuseReadings(refusal === null ? null : fullError(refusal));
    if (refusal === null) logger.info("the log has room; readings are taken again");
    else logger.error({ bound: refusal, diskFreeBytes: this.#diskFreeBytes }, "the log is full; readings are refused");
  }

  /** Only of what somebody still needs; the rest goes quietly. */
  #tellOf(cuts: readonly Cut[]): void {
    const { readers, logger } = this.#options;
    const { released } = readers;
    const evicted = cuts.filter(({ lane, toOffset }) => toOffset > released[lane]);
    if (evicted.length === 0 || !readers.hasSinks) return;
    this.#warn("evicted", () => logger.warn({ evicted }, "the log gives up records that no sink has confirmed"));
  }

  #warn(about: string, log: () => void): void {
    if (this.#warnings.pass(about) !== null) log();
  }
}

/** False also between the opening anew and the first write that succeeds. */
function isWell({ disk }: Log): boolean {
  return disk.kind === "ok" && disk.failures === 0;
}

function fullError(bound: "size" | "disk"): TidegateError {
  const reason = {
    size: "append readings: a lane of the log is as large as log.retention allows and the sinks have not confirmed it; restore the link to the sinks, or allow more",
    disk: "append readings: less than log.diskFreeMin is free and nothing may be removed; free disk space, or restore the link to the sinks",
  }[bound];
  return new TidegateError("LOG_FULL", reason, { details: { bound } });
}
