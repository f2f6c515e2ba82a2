// One link of a forwarder: from the attempt to open it to its end. It reads the log in rounds, sends what has no fate yet, and takes the
// fates. It never retries a link; the forwarder makes a new one. Which records go next is for lane-schedule.ts, as which batches for
// batch-source.ts, how much for send-budget.ts.
//
// Order of a round: alerts, live results, live readings, then the backlog of results and of readings. So nothing waits longer for alerts
// than one round takes, and the backlog has a part in every round.
//
// Small blocks of a round go as one (codec/block-merge.ts). So that rounds of a link that is up to date hold more than what one
// commit wrote, it lingers: the first new readings or results wait for others, for lingerMs at most, or until they are
// lingerRecordsMax. Alerts do not wait, and whatever waits goes with them.
//
// A deadline watches the sink: if within ackTimeoutMs nothing in flight gets its fate, nor an answer for a part of it, or there is no
// room for more, the link is given up.

import type { Log, StoredBlock } from "../log/log.ts";
import type { Gap } from "../model/gap.ts";
import { allBelow, denseEnd, type Interval, type IntervalSet } from "../model/interval-set.ts";
import { type Lane, lanes } from "../model/lane.ts";
import type { Clock } from "../platform/clock.ts";
import { TidegateError } from "../platform/errors.ts";
import type { Bandwidth } from "./bandwidth.ts";
import { BatchSource } from "./batch-source.ts";
import type { SendPause } from "./forwarder-status.ts";
import { Inflight } from "./inflight.ts";
import { LaneSchedule, settledFor, type Track } from "./lane-schedule.ts";
import type { Quarantine } from "./quarantine.ts";
import { SendBudget } from "./send-budget.ts";
import type { SendingHours } from "./sending-hours.ts";
import type { LaneEnds } from "./settled-checkpoint.ts";
import type { LaneSets, Rejection, Sink, SinkLink, Upstream } from "./sink.ts";
import { Wakeup } from "./wakeup.ts";

/** So many new records are a block of good size, and wait no longer. */
const lingerRecordsMax = 8192;

const forwardOrder: readonly (readonly [Lane, Track])[] = [
  ["alerts", "live"],
  ["alerts", "backlog"],
  ["results", "live"],
  ["readings", "live"],
  ["results", "backlog"],
  ["readings", "backlog"],
];

/** Live records that could not be sent for so long are backlog: those that come now go first. */
const liveBehindUsMax = 5_000_000;

export interface ForwardLinkOptions {
  readonly sink: Sink;
  readonly log: Log;
  readonly clock: Clock;
  readonly inflightBytesMax: number;
  readonly inflightBatchesMax: number;
  readonly ackTimeoutMs: number;
  readonly lingerMs: number;
  readonly order: "live-first" | "fifo";
  readonly backlogShare: number;
  readonly backlogRecordsMin: number;
  readonly bandwidth: Bandwidth | null;
  readonly hours: SendingHours;
  readonly quarantine: Quarantine;
  /** Others are settled as a whole. */
  readonly lanes: readonly Lane[];
  /** Where to go on if the sink cannot tell. */
  readonly settled: LaneSets;
  /** Where the lanes ended when the sink had more; null: it never had, as far as is known. */
  readonly ownEnds: LaneEnds | null;
  readonly events: ForwardLinkEvents;
}

/** None comes after `failed`, `outdated` or `close`. */
export interface ForwardLinkEvents {
  opened(): void;
  /** Everything in the log is sent. */
  caughtUp(): void;
  /** Records wait for room in flight, or for the time when they may be sent. */
  fellBehind(): void;
  /** What has its fate; at the opening it may be less than before: the upstream lost what it had. */
  settled(lane: Lane, offsets: IntervalSet): void;
  /** Something that was sent on this link was accepted. */
  progressed(): void;
  rejected(lane: Lane, rejections: readonly Rejection[]): void;
  /** Neither the upstream nor the log has these records. */
  lost(gap: Gap): void;
  failed(error: TidegateError): void;
  /** The sink wants a new link, at once. */
  outdated(): void;
}

export class ForwardLink {
  readonly #options: ForwardLinkOptions;
  readonly #link: SinkLink;
  readonly #inflight = new Inflight();
  readonly #budget: SendBudget;
  readonly #wakeup = new Wakeup();
  readonly #stopListening: () => void;
  readonly #retried = new Set<string>();
  #sources: Record<Lane, BatchSource>;
  #order: ForwardLinkOptions["order"];
  #writable = true;
  #liveBehindSinceUs: number | null = null;
  #ended = false;
  #cancelDeadline: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ForwardLinkOptions) {
    this.#options = options;
    const { inflightBytesMax, inflightBatchesMax, backlogShare, bandwidth } = options;
    this.#budget = new SendBudget({ inflight: this.#inflight, inflightBytesMax, inflightBatchesMax, backlogShare, bandwidth });
    this.#sources = this.#sourcesOf(options.settled);
    this.#order = options.order;
    this.#stopListening = options.log.onCommit(() => this.#wakeup.signal());
    this.#link = options.sink.open({
      opened: (upstream) => this.#open(upstream),
      accepted: (lane, offsets) => this.#accept(lane, offsets),
      rejected: (lane, rejections) => void this.#reject(lane, rejections).catch((error: unknown) => this.#failReading(error)),
      kept: (lane, offsets, retryAfterMs) => this.#keep(lane, offsets, retryAfterMs),
      answered: () => this.#watchSink(),
      writable: () => this.#takeMore(),
      failed: (error) => this.#fail(error),
      outdated: () => {
        if (this.#ended) return;
        this.#end();
        options.events.outdated();
      },
    });
    this.#setDeadline("the stream did not open");
  }

  get inflight(): { readonly batches: number; readonly bytes: number; readonly windowBytes: number } {
    const { windowBytes } = this.#budget;
    if (this.#ended) return { batches: 0, bytes: 0, windowBytes };
    return { batches: this.#inflight.batches, bytes: this.#inflight.bytes, windowBytes };
  }

  /** Bytes that this link handed to the network. */
  get wireBytes(): number {
    return this.#link.wireBytes;
  }

  get pause(): SendPause | null {
    const { clock, hours } = this.#options;
    const nowUs = clock.nowUs();
    const askedMs = this.#budget.askedMs(nowUs);
    if (askedMs > 0) return { reason: "asked", forMs: askedMs };
    if (hours.isOpen(nowUs)) return null;
    const opensAtUs = hours.opensAtUs(nowUs);
    return { reason: "hours", forMs: opensAtUs === Number.POSITIVE_INFINITY ? null : (opensAtUs - nowUs) / 1000 };
  }

  /** There is something to try again (quarantine.ts). */
  wake(): void {
    this.#wakeup.signal();
  }

  /** Ends the link; waits for the read of the log that may be under way. */
  async close(): Promise<void> {
    this.#end();
    await this.#running;
  }

  #open({ settled, anyOrder }: Upstream): void {
    if (this.#ended) return;
    if (settled !== null) {
      for (const lane of lanes) if (!this.#isWithinLog(lane, settled[lane])) return;
      this.#sources = this.#sourcesOf(settledFor(this.#options.lanes, anyOrder ? settled : denseOf(settled)));
    }
    if (!anyOrder) this.#order = "fifo";
    this.#setDeadline(null);
    this.#options.events.opened();
    for (const lane of lanes) this.#options.events.settled(lane, this.#sources[lane].schedule.settled);
    this.#beginLive();
    this.#running = this.#run().catch((error: unknown) => this.#failReading(error));
  }

  #sourcesOf({ readings, results, alerts }: LaneSets): Record<Lane, BatchSource> {
    const { log, backlogRecordsMin } = this.#options;
    const source = (lane: Lane, settled: IntervalSet) =>
      new BatchSource(log, lane, new LaneSchedule(settled, backlogRecordsMin));
    return {
      readings: source("readings", readings),
      results: source("results", results),
      alerts: source("alerts", alerts),
    };
  }

  #takeMore(): void {
    if (this.#ended) return;
    this.#writable = true;
    if (this.#inflight.batches === 0) this.#setDeadline(null);
    this.#wakeup.signal();
  }

  #accept(lane: Lane, offsets: Interval): void {
    if (this.#ended || !this.#isWithinLog(lane, [offsets])) return;
    this.#budget.confirmed(this.#takeFromFlight(lane, offsets), this.#options.clock.nowUs());
    void this.#release(lane, offsets).catch((error: unknown) => this.#failReading(error));
    this.#settle(lane, [offsets]);
    this.#options.events.progressed();
  }

  /** What was in quarantine and is accepted after all is there no more. */
  async #release(lane: Lane, offsets: Interval): Promise<void> {
    const { quarantine } = this.#options;
    const ids = quarantine.idsWithin(lane, offsets);
    if (ids.length === 0) return;
    await quarantine.drop(ids);
    this.#endRetries(ids);
  }

  async #reject(lane: Lane, rejections: readonly Rejection[]): Promise<void> {
    if (this.#ended) return;
    await this.#options.quarantine.put(lane, rejections, this.#options.clock.nowUs());
    if (this.#ended) return;
    const offsets = rejections.map(({ offset }) => ({ start: offset, end: offset + 1 }));
    for (const range of offsets) this.#takeFromFlight(lane, range);
    // Looks through the quarantine for each of them.
    if (this.#retried.size > 0) this.#endRetries(offsets.flatMap((range) => this.#options.quarantine.idsWithin(lane, range)));
    this.#options.events.rejected(lane, rejections);
    this.#settle(lane, offsets);
  }

  #keep(lane: Lane, offsets: Interval, retryAfterMs: number): void {
    if (this.#ended) return;
    this.#takeFromFlight(lane, offsets);
    this.#sources[lane].schedule.release(offsets);
    this.#endRetries(this.#options.quarantine.idsWithin(lane, offsets));
    this.#budget.heldBack(retryAfterMs, this.#options.clock.nowUs());
    this.#wakeup.signal();
  }

  /** Quarantined records that were tried again have their fate. */
  #endRetries(ids: readonly string[]): void {
    for (const id of ids) this.#retried.delete(id);
  }

  #takeFromFlight(lane: Lane, offsets: Interval) {
    const batches = this.#inflight.settle(lane, offsets);
    if (batches.length > 0) this.#watchSink();
    return batches;
  }

  #settle(lane: Lane, offsets: readonly Interval[]): void {
    const schedule = this.#sources[lane].schedule;
    for (const range of offsets) schedule.settle(range);
    this.#options.events.settled(lane, schedule.settled);
    this.#wakeup.signal();
  }

  #isWithinLog(lane: Lane, settled: IntervalSet): boolean {
    const endOffset = this.#options.ownEnds?.[lane] ?? this.#options.log.bounds(lane).endOffset;
    const nextOffset = settled.at(-1)?.end ?? 0;
    if (nextOffset <= endOffset) return true;
    const { target } = this.#options.sink;
    this.#fail(
      new TidegateError(
        "COLLECTOR_AHEAD",
        `forward ${lane} to ${target}: it has this log up to offset ${nextOffset}, and the log itself ended at ${endOffset}; restore the newest copy of the data directory, or start with an empty one`,
        { details: { lane, nextOffset, endOffset } },
      ),
    );
    return false;
  }

  #beginLive(): void {
    if (this.#order === "fifo") return;
    for (const lane of lanes) this.#sources[lane].schedule.beginLive(this.#endOf(lane));
  }

  async #run(): Promise<void> {
    while (!this.#ended) {
      // Before the round: what it held back may be free by the time that it ends.
      const nextTryMs = this.#nextTryMs();
      const sent = await this.#sendRound();
      this.#watchLive();
      if (sent || this.#ended) continue;
      const isBehind = lanes.some((lane) => this.#waits(lane, "live") || this.#waits(lane, "backlog"));
      if (isBehind) this.#options.events.fellBehind();
      else this.#options.events.caughtUp();
      await this.#waitAtMost(nextTryMs);
      if (!isBehind) await this.#linger();
    }
  }

  /** Infinity: only an event changes anything. */
  #nextTryMs(): number {
    const { clock, hours } = this.#options;
    const nowUs = clock.nowUs();
    const waitMs = this.#budget.waitMs(nowUs);
    if (waitMs > 0) return waitMs;
    return hours.isOpen(nowUs) ? Number.POSITIVE_INFINITY : Math.min(timerMsMax, (hours.opensAtUs(nowUs) - nowUs) / 1000);
  }

  async #waitAtMost(delayMs: number): Promise<void> {
    const cancel = delayMs < Number.POSITIVE_INFINITY ? this.#options.clock.after(delayMs, () => this.#wakeup.signal()) : null;
    await this.#wakeup.wait();
    cancel?.();
  }

  /** Returns when what is new in the log has waited for more to come. */
  async #linger(): Promise<void> {
    const { clock, lingerMs } = this.#options;
    if (lingerMs === 0 || !this.#mayLinger()) return;
    let isOver = false;
    const cancel = clock.after(lingerMs, () => {
      isOver = true;
      this.#wakeup.signal();
    });
    while (!isOver && this.#mayLinger()) await this.#wakeup.wait();
    cancel();
  }

  /** Whether what is new is a few records, none of them an alert. */
  #mayLinger(): boolean {
    const records = this.#unsentLive("readings") + this.#unsentLive("results");
    return !this.#ended && records > 0 && records < lingerRecordsMax && this.#unsentLive("alerts") === 0;
  }

  #unsentLive(lane: Lane): number {
    return this.#sources[lane].schedule.unsent("live", this.#endOf(lane));
  }

  #waits(lane: Lane, track: Track): boolean {
    return this.#sources[lane].schedule.next(track, this.#endOf(lane)) !== null;
  }

  #endOf(lane: Lane): number {
    return this.#options.log.bounds(lane).endOffset;
  }

  /** Live records that wait for too long make way for newer ones. */
  #watchLive(): void {
    const nowUs = this.#options.clock.nowUs();
    if (!lanes.some((lane) => this.#waits(lane, "live"))) this.#liveBehindSinceUs = null;
    else this.#liveBehindSinceUs = Math.min(this.#liveBehindSinceUs ?? nowUs, nowUs);
    if (this.#liveBehindSinceUs === null || nowUs - this.#liveBehindSinceUs < liveBehindUsMax) return;
    this.#liveBehindSinceUs = null;
    this.#beginLive();
  }

  /** True if anything was sent. */
  async #sendRound(): Promise<boolean> {
    let sent = this.#sendRetries();
    for (const [lane, track] of forwardOrder) {
      if (!this.#maySend(lane)) continue;
      if (await this.#sendNext(lane, track)) sent = true;
      if (this.#ended) return sent;
    }
    return sent;
  }

  #maySend(lane: Lane): boolean {
    const nowUs = this.#options.clock.nowUs();
    if (!this.#writable || this.#budget.waitMs(nowUs) > 0) return false;
    return lane === "alerts" || this.#options.hours.isOpen(nowUs);
  }

  #sendRetries(): boolean {
    let sent = false;
    for (const [id, batch] of this.#options.quarantine.retries()) {
      if (this.#retried.has(id) || !this.#maySend("alerts") || this.#budget.batchesLeft === 0) continue;
      this.#retried.add(id);
      this.#send(batch.lane, "live", batch);
      sent = true;
    }
    return sent;
  }

  /** True if anything was sent. */
  async #sendNext(lane: Lane, track: Track): Promise<boolean> {
    const source = this.#sources[lane];
    if (!this.#declareLost(track, source.removed())) return false;
    const room = this.#budget.room(track, this.#otherWaits(track));
    if (room === 0) return false;
    const { gaps, batches } = await source.next({ track, room, batchesMax: this.#budget.batchesLeft });
    if (this.#ended || !this.#declareLost(track, gaps)) return false;
    let sent = false;
    for (const batch of batches) {
      if (!this.#writable) return sent;
      this.#send(lane, track, batch);
      sent = true;
    }
    return sent;
  }

  #otherWaits(track: Track): boolean {
    return lanes.some((lane) => this.#waits(lane, track === "live" ? "backlog" : "live"));
  }

  #send(lane: Lane, track: Track, { firstOffset, count, bytes }: StoredBlock): void {
    const offsets = { start: firstOffset, end: firstOffset + count };
    this.#expectFate(lane, track, offsets, bytes.length);
    if (!this.#link.send({ lane, firstOffset, count, bytes })) this.#writable = false;
    this.#budget.sent(this.#link.wireBytes, this.#options.clock.nowUs());
  }

  /** False if there is no room for all of them. */
  #declareLost(track: Track, gaps: readonly Gap[]): boolean {
    for (const gap of gaps) {
      if (!this.#writable || this.#budget.batchesLeft === 0) return false;
      this.#options.events.lost(gap);
      this.#expectFate(gap.lane, track, { start: gap.fromOffset, end: gap.toOffset }, 0);
      this.#link.declareLost(gap);
    }
    return true;
  }

  #expectFate(lane: Lane, track: Track, offsets: Interval, bytes: number): void {
    if (this.#inflight.batches === 0) this.#setDeadline("nothing was confirmed");
    this.#sources[lane].schedule.send(offsets);
    this.#inflight.add(lane, { track, offsets, bytes, sentAtUs: this.#options.clock.nowUs() });
  }

  /** Begins the deadline anew, if something is due: a fate, or room for more. */
  #watchSink(): void {
    const isDue = this.#inflight.batches > 0 || !this.#writable;
    this.#setDeadline(isDue ? "nothing was confirmed" : null);
  }

  /** Null: nothing is due. */
  #setDeadline(fault: string | null): void {
    this.#cancelDeadline?.();
    this.#cancelDeadline = null;
    if (fault === null || this.#ended) return;
    const { clock, ackTimeoutMs, sink } = this.#options;
    this.#cancelDeadline = clock.after(ackTimeoutMs, () => {
      this.#fail(sink.unreachable(`${fault} within ${ackTimeoutMs} ms`));
    });
  }

  #failReading(error: unknown): void {
    if (!(error instanceof TidegateError)) throw error;
    this.#fail(error);
  }

  #fail(error: TidegateError): void {
    if (this.#ended) return;
    this.#end();
    this.#options.events.failed(error);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopListening();
    this.#setDeadline(null);
    this.#link.close();
    this.#wakeup.signal();
  }
}

/** Longest delay of a timer; a time beyond it is looked at again. */
const timerMsMax = 3_600_000;

/** Of each lane what lies below the first hole. */
function denseOf({ readings, results, alerts }: LaneSets): LaneSets {
  const dense = (set: IntervalSet) => allBelow(denseEnd(set));
  return { readings: dense(readings), results: dense(results), alerts: dense(alerts) };
}
