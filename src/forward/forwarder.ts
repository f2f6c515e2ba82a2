// The forwarder: the reader of the log that feeds one sink. It sends every record of the log, in offset order within a lane,
// until the sink has confirmed it, over any number of outages.
//
// States (forward-state.ts): idle, connecting, draining, live, backing-off, stopped.
//
// Constraints
//   inflightBytesMax, inflightBatchesMax   what may be sent and not yet confirmed; at the bound it waits for confirmations. How much of
//                                          it is used follows the pace of the sink (send-pace.ts)
//   order                                  live-first: new records go ahead of a long backlog (lane-schedule.ts); fifo: by offset
//   bandwidth, hours                       bytes a second, and the times when anything but alerts is sent
//   ackTimeoutMs                           a link that confirms nothing for so long, while something is in flight, is given up.
//                                          A deadline and not the state of the socket, which can look healthy for hours.
//   lingerMs                               how long new records of a link that is up to date wait for others, so that they go together
//   retry                                  exponential backoff with full jitter between links; it begins anew after a
//                                          confirmation, not after a mere connection, so a collector that takes the
//                                          connection and fails at the first write is not hammered
//   checkpoint                             ranges of offsets that have their fate, once a second and at the end (settled-checkpoint.ts)
//   quarantine                             what the sink refuses for good; it holds up nothing (quarantine.ts)
//
// Where it goes on: where the sink says. That may be behind the checkpoint (the upstream lost data: what the log still holds
// goes again), or ahead of it (the checkpoint is old: skipped). What neither has any more is declared lost to the sink, a
// gap for each reason that the log knows, counted, and reported as COLLECTOR_BEHIND; forwarding goes on behind it. A sink that has more than the log is sent
// nothing (COLLECTOR_AHEAD), however far the log grows: new records would be taken for old ones. Whether that is still so is asked at each
// connect. A copy that has grown past the sink before they first met is not found out.
//
// What happens when it crashes: records since the last confirmation that the sink had stored are sent again; the sink's
// deduplication makes that exactly once.
//
// It does not trim the log, change blocks, or wait for the backlog when it closes.

import type { Checkpoint, Log } from "../log/log.ts";
import type { Gap } from "../model/gap.ts";
import { addInterval, denseEnd, type IntervalSet, missingFrom, sizeOf } from "../model/interval-set.ts";
import { type Lane, lanes } from "../model/lane.ts";
import { assert } from "../platform/assert.ts";
import type { Clock } from "../platform/clock.ts";
import { TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { type RetryPolicy, retryDelaysMs } from "../platform/retry-schedule.ts";
import { Bandwidth } from "./bandwidth.ts";
import { ForwardLink } from "./forward-link.ts";
import { type ForwardEvent, type ForwardState, transition } from "./forward-state.ts";
import type { ForwardedLane, ForwarderStatus } from "./forwarder-status.ts";
import { Quarantine } from "./quarantine.ts";
import { type SendingHour, SendingHours } from "./sending-hours.ts";
import { type LaneEnds, SettledCheckpoint } from "./settled-checkpoint.ts";
import type { LaneSets, Rejection, Sink } from "./sink.ts";

export interface ForwarderOptions {
  readonly sink: Sink;
  readonly log: Log;
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly retry: RetryPolicy;
  /** Sensible: 5,000 to 60,000. */
  readonly ackTimeoutMs: number;
  /** Sensible: 0 to 60,000. Default 0. */
  readonly lingerMs?: number;
  /** Sensible: 1 MiB to 64 MiB. */
  readonly inflightBytesMax: number;
  /** Sensible: 16 to 10,000. Default 1,000. */
  readonly inflightBatchesMax?: number;
  /** Default: all. */
  readonly lanes?: readonly Lane[];
  /** Default: live-first. */
  readonly order?: "live-first" | "fifo";
  /** Of what may be in flight, for the backlog while live records wait. Default 0.25. */
  readonly backlogShare?: number;
  /** Records of a lane that new ones overtake, with live-first; fewer are soon sent. Default 8,192. */
  readonly backlogRecordsMin?: number;
  /** Bytes. Default: no bound. */
  readonly bandwidthPerSecondMax?: number | undefined;
  /** When anything but alerts is sent. Default: always. */
  readonly hours?: readonly SendingHour[];
  /** Refused records that are kept. Default 1,000. */
  readonly quarantineRecordsMax?: number;
}

const defaults = {
  lingerMs: 0,
  inflightBatchesMax: 1000,
  lanes,
  order: "live-first",
  backlogShare: 0.25,
  backlogRecordsMin: 8192,
  bandwidthPerSecondMax: undefined,
  hours: [],
  quarantineRecordsMax: 1000,
} as const;

export class Forwarder {
  readonly #options: ForwarderOptions & Required<Omit<ForwarderOptions, "bandwidthPerSecondMax">>;
  readonly #checkpoint: SettledCheckpoint;
  readonly #bandwidth: Bandwidth | null;
  readonly #hours: SendingHours;
  readonly quarantine: Quarantine;
  readonly #rejectedRecords: Record<Lane, number> = { readings: 0, results: 0, alerts: 0 };
  readonly #lostRecords: Record<Lane, number> = { readings: 0, results: 0, alerts: 0 };
  /** What was counted as lost, so that a gap which must be declared twice counts once. */
  readonly #lost: Record<Lane, IntervalSet> = { readings: [], results: [], alerts: [] };
  #state: ForwardState;
  #link: ForwardLink | null = null;
  #loaded: Promise<void> | null = null;
  #cancelRetry: (() => void) | null = null;
  #retryDelays: Iterator<number, never>;
  /** Of links that are gone. */
  #sentBytes = 0;
  #failures = 0;
  #lastError: ForwarderStatus["lastError"] = null;
  #closing: Promise<void> | null = null;

  constructor(options: ForwarderOptions) {
    this.#options = { ...defaults, ...options };
    const { sink, log, clock, logger, bandwidthPerSecondMax: bandwidth, hours, quarantineRecordsMax } = this.#options;
    this.#checkpoint = new SettledCheckpoint({ sinkName: sink.name, lanes: this.#options.lanes, log, clock, logger });
    this.#bandwidth = bandwidth === undefined ? null : new Bandwidth(bandwidth, clock.nowUs());
    this.#hours = new SendingHours(hours);
    this.quarantine = new Quarantine({ sinkName: sink.name, recordsMax: quarantineRecordsMax, log });
    this.#state = { kind: "idle", sinceUs: clock.nowUs() };
    this.#retryDelays = retryDelaysMs(options.retry, options.random);
  }

  /** Takes over the position that the log remembers: before anything reads the log, which counts what it loses by it. Idempotent. */
  load(): Promise<void> {
    this.#loaded ??= Promise.all([this.#checkpoint.load(), this.quarantine.load()]).then(() => undefined);
    return this.#loaded;
  }

  /** Begins to connect, and returns without waiting for it: the sink may be away. Loads, if that was not done. Once. */
  async start(): Promise<void> {
    assert(this.#state.kind === "idle", "a forwarder is started once");
    await this.load();
    this.#enter({ kind: "start" });
    await this.#connect();
  }

  /** Name of the sink; with `settled` and `checkpoint` what retention wants to know (log/log-readers.ts). */
  get sink(): string {
    return this.#options.sink.name;
  }

  /** Lanes that go there. */
  get lanes(): readonly Lane[] {
    return this.#options.lanes;
  }

  /** What has its fate upstream. */
  get settled(): LaneSets {
    return this.#checkpoint.settled;
  }

  /** Tries quarantined records again, as soon as the link is up. @returns how many of the ids are there. */
  retryQuarantined(ids: readonly string[]): number {
    const count = this.quarantine.retry(ids);
    this.#link?.wake();
    return count;
  }

  checkpoint(): Checkpoint {
    return this.#checkpoint.snapshot();
  }

  status(): ForwarderStatus {
    const { sink, clock } = this.#options;
    const { kind, sinceUs } = this.#state;
    const retryAtUs = this.#state.kind === "backing-off" ? this.#state.retryAtUs : null;
    return {
      sink: sink.name,
      target: sink.target,
      state: kind,
      sinceUs,
      nextRetryMs: retryAtUs === null ? null : Math.max(0, (retryAtUs - clock.nowUs()) / 1000),
      pause: this.#isUp ? (this.#link?.pause ?? null) : null,
      lastError: this.#lastError,
      failures: this.#failures,
      lanes: { readings: this.#lane("readings"), results: this.#lane("results"), alerts: this.#lane("alerts") },
      inflight: this.#link?.inflight ?? { batches: 0, bytes: 0, windowBytes: 0 },
      sentBytes: this.#sentBytes + (this.#link?.wireBytes ?? 0),
      quarantine: { records: this.quarantine.size, dropped: this.quarantine.dropped },
    };
  }

  get #isUp(): boolean {
    return this.#state.kind === "draining" || this.#state.kind === "live";
  }

  /** Ends the link and makes the checkpoint durable. Idempotent; every call waits. Close the log after it. */
  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  async #stop(): Promise<void> {
    this.#enter({ kind: "stop" });
    this.#cancelRetry?.();
    await this.#link?.close();
    await this.#checkpoint.flush();
  }

  #enter(event: ForwardEvent): void {
    const before = this.#state;
    this.#state = transition(before, event, this.#options.clock.nowUs());
    if (this.#state.kind === before.kind) return;
    this.#options.logger.debug({ sink: this.#options.sink.name, from: before.kind, to: this.#state.kind }, "forwarder state");
  }

  async #connect(): Promise<void> {
    // The link before may still be reading the log.
    await this.#link?.close();
    if (this.#state.kind !== "connecting") return;
    this.#link = this.#newLink();
  }

  #newLink(): ForwardLink {
    this.#sentBytes += this.#link?.wireBytes ?? 0;
    const { sink, logger } = this.#options;
    return new ForwardLink({
      ...this.#options,
      bandwidth: this.#bandwidth,
      hours: this.#hours,
      quarantine: this.quarantine,
      settled: this.#checkpoint.settled,
      ownEnds: this.#checkpoint.ownEnds,
      events: {
        opened: () => {
          this.#enter({ kind: "opened" });
          this.#checkpoint.ownEnds = null;
          logger.info({ sink: sink.name, target: sink.target }, "link is up");
        },
        caughtUp: () => {
          this.#enter({ kind: "caught-up" });
          if (this.#link?.inflight.batches === 0) this.#succeed();
        },
        fellBehind: () => this.#enter({ kind: "fell-behind" }),
        settled: (lane, offsets) => this.#checkpoint.set(lane, offsets),
        progressed: () => this.#succeed(),
        rejected: (lane, rejections) => this.#reportRejected(lane, rejections),
        lost: (gap) => this.#reportLost(gap),
        failed: (error) => this.#fail(error),
        outdated: () => {
          logger.info({ sink: sink.name, target: sink.target }, "link is renewed");
          this.#enter({ kind: "outdated" });
          void this.#connect();
        },
      },
    });
  }

  #reportRejected(lane: Lane, rejections: readonly Rejection[]): void {
    this.#rejectedRecords[lane] += rejections.length;
    const [first] = rejections;
    if (first === undefined) return;
    const { sink, logger } = this.#options;
    // One line a batch; all of them are in the quarantine.
    logger.warn(
      { sink: sink.name, lane, records: rejections.length, offset: first.offset },
      `records are refused for good and put into quarantine: ${first.reason}`,
    );
  }

  #succeed(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#retryDelays = retryDelaysMs(this.#options.retry, this.#options.random);
  }

  #reportLost({ lane, fromOffset, toOffset, reason }: Gap): void {
    const gap = { start: fromOffset, end: toOffset };
    const newlyLost = sizeOf(missingFrom(this.#lost[lane], gap));
    if (newlyLost === 0) return;
    this.#lostRecords[lane] += newlyLost;
    this.#lost[lane] = withoutLowestHole(addInterval(this.#lost[lane], gap));
    const error = new TidegateError(
      "COLLECTOR_BEHIND",
      `forward ${lane} to ${this.#options.sink.target}: it lacks the offsets ${fromOffset} to ${toOffset - 1} and the log no longer holds them (${reason}); forwarding goes on at ${toOffset}`,
      { details: { lane, fromOffset, toOffset, reason } },
    );
    this.#options.logger.error({ sink: this.#options.sink.name, code: error.code, ...error.details }, error.message);
  }

  #fail(error: TidegateError): void {
    const { clock, logger, sink } = this.#options;
    const retryDelayMs = Math.max(this.#retryDelays.next().value, retryAfterOf(error));
    this.#failures += 1;
    // The log grows past what the sink has, and would hide it.
    if (error.code === "COLLECTOR_AHEAD") this.#checkpoint.ownEnds ??= this.#ends();
    // One line an outage, not one an attempt: an outage may last for weeks.
    const level = this.#failures === 1 || error.code !== this.#lastError?.code ? "warn" : "debug";
    this.#lastError = { code: error.code, message: error.message, atUs: clock.nowUs() };
    logger[level]({ sink: sink.name, code: error.code, retryDelayMs: Math.round(retryDelayMs) }, error.message);
    this.#enter({ kind: "failed", error, retryDelayMs });
    this.#cancelRetry = clock.after(retryDelayMs, () => {
      this.#enter({ kind: "retry" });
      void this.#connect();
    });
  }

  #ends(): LaneEnds {
    const endOf = (lane: Lane) => this.#options.log.bounds(lane).endOffset;
    return { readings: endOf("readings"), results: endOf("results"), alerts: endOf("alerts") };
  }

  #lane(lane: Lane): ForwardedLane {
    const settled = this.#checkpoint.settled[lane];
    const { endOffset } = this.#options.log.bounds(lane);
    return {
      confirmedOffset: Math.min(denseEnd(settled), endOffset),
      endOffset,
      pendingRecords: sizeOf(missingFrom(settled, { start: 0, end: endOffset })),
      lostRecords: this.#lostRecords[lane],
      rejectedRecords: this.#rejectedRecords[lane],
    };
  }
}

/** Ranges of a lane that are counted as lost. Sensible: one an outage that outlasts retention. */
const lostRangesMax = 1000;

/** Beyond the bound what lies between the two lowest counts as lost already. */
function withoutLowestHole(set: IntervalSet): IntervalSet {
  const [first, second, ...others] = set;
  if (set.length <= lostRangesMax || first === undefined || second === undefined) return set;
  return [{ start: first.start, end: second.end }, ...others];
}

/** How long the other side asked to wait, in milliseconds; 0: it did not. */
function retryAfterOf({ details }: TidegateError): number {
  return typeof details.retryAfterMs === "number" ? details.retryAfterMs : 0;
}
