// One link of a forwarder: from the attempt to open it to its end. It reads the log in rounds, keeps the bounds on what is in
// flight, watches the deadline, and compares what the upstream has with what the log holds. It never retries; the forwarder
// makes a new one.
//
// Small blocks of a round go as one (codec/block-merge.ts). So that rounds of a link that is up to date hold more than what one
// commit wrote, it lingers: the first new readings or results wait for others, for lingerMs at most, or until they are
// lingerRecordsMax. Alerts do not wait, and whatever waits goes with them.

import { setImmediate as nextTurn } from "node:timers/promises";
import { mergeableGroups, mergeBlocks } from "../codec/block-merge.ts";
import type { Log, StoredBlock } from "../log/log.ts";
import type { Gap } from "../model/gap.ts";
import type { Lane } from "../model/lane.ts";
import type { Clock } from "../platform/clock.ts";
import { TidegateError } from "../platform/errors.ts";
import { Inflight, type InflightLimits } from "./inflight.ts";
import type { LaneOffsets, Sink, SinkLink } from "./sink.ts";
import { Wakeup } from "./wakeup.ts";

/** So many new records are a block of good size, and wait no longer. */
const lingerRecordsMax = 8192;

/** Each round goes through the lanes in this order, so nothing waits longer for alerts than one round of readings takes. */
const forwardOrder: readonly Lane[] = ["alerts", "results", "readings"];

/** Most bytes of one lane in one round, if no block is larger. */
const roundBytesMax = 256 * 1024;

export interface ForwardLinkOptions {
  readonly sink: Sink;
  readonly log: Log;
  readonly clock: Clock;
  readonly limits: InflightLimits;
  readonly ackTimeoutMs: number;
  readonly lingerMs: number;
  /** Where to go on if the sink cannot tell. */
  readonly checkpoint: LaneOffsets;
  readonly events: ForwardLinkEvents;
}

/** None comes after `failed` or `close`. */
export interface ForwardLinkEvents {
  opened(): void;
  /** Everything in the log is sent. */
  caughtUp(): void;
  /** Records wait for room in flight. */
  fellBehind(): void;
  /** May go back once, at the opening: the upstream lost what it had. */
  confirmed(lane: Lane, nextOffset: number): void;
  /** Neither the upstream nor the log has these records. */
  lost(gap: Gap): void;
  failed(error: TidegateError): void;
}

export class ForwardLink {
  readonly #options: ForwardLinkOptions;
  readonly #link: SinkLink;
  readonly #inflight: Inflight;
  readonly #wakeup = new Wakeup();
  readonly #stopListening: () => void;
  /** First offset to send next. */
  #next: Record<Lane, number>;
  #writable = true;
  #ended = false;
  #cancelDeadline: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ForwardLinkOptions) {
    this.#options = options;
    this.#inflight = new Inflight(options.limits);
    this.#next = { ...options.checkpoint };
    this.#stopListening = options.log.onCommit(() => this.#wakeup.signal());
    this.#link = options.sink.open({
      opened: (positions) => this.#open(positions),
      confirmed: (lane, nextOffset) => this.#confirm(lane, nextOffset),
      writable: () => {
        this.#writable = true;
        this.#wakeup.signal();
      },
      failed: (error) => this.#fail(error),
    });
    this.#setDeadline("the stream did not open");
  }

  get inflight(): { readonly batches: number; readonly bytes: number } {
    if (this.#ended) return { batches: 0, bytes: 0 };
    return { batches: this.#inflight.batches, bytes: this.#inflight.bytes };
  }

  /** Ends the link; waits for the read of the log that may be under way. */
  async close(): Promise<void> {
    this.#end();
    await this.#running;
  }

  #open(positions: LaneOffsets | null): void {
    if (this.#ended) return;
    this.#next = { ...(positions ?? this.#options.checkpoint) };
    for (const lane of forwardOrder) if (!this.#isWithinLog(lane, this.#next[lane])) return;
    this.#setDeadline(null);
    this.#options.events.opened();
    for (const lane of forwardOrder) this.#options.events.confirmed(lane, this.#next[lane]);
    this.#running = this.#run().catch((error: unknown) => this.#failReading(error));
  }

  #confirm(lane: Lane, nextOffset: number): void {
    if (this.#ended || !this.#isWithinLog(lane, nextOffset)) return;
    const batches = this.#inflight.confirm(lane, nextOffset);
    // An older stream of this gateway, given up but still in the network, may have brought the upstream further.
    this.#next[lane] = Math.max(this.#next[lane], nextOffset);
    if (batches > 0) this.#setDeadline(this.#inflight.batches > 0 ? "nothing was confirmed" : null);
    this.#options.events.confirmed(lane, nextOffset);
    this.#wakeup.signal();
  }

  #isWithinLog(lane: Lane, nextOffset: number): boolean {
    const { endOffset } = this.#options.log.bounds(lane);
    if (nextOffset <= endOffset) return true;
    const { target } = this.#options.sink;
    this.#fail(
      new TidegateError(
        "COLLECTOR_AHEAD",
        `forward ${lane} to ${target}: it has this log up to offset ${nextOffset}, the log itself ends at ${endOffset}; restore the newest copy of the data directory, or start with an empty one`,
        { details: { lane, nextOffset, endOffset } },
      ),
    );
    return false;
  }

  async #run(): Promise<void> {
    while (!this.#ended) {
      const sent = await this.#sendRound();
      if (sent || this.#ended) continue;
      const isBehind = forwardOrder.some((lane) => this.#unsent(lane) > 0);
      if (isBehind) this.#options.events.fellBehind();
      else this.#options.events.caughtUp();
      await this.#wakeup.wait();
      if (!isBehind) await this.#linger();
    }
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
    const records = this.#unsent("readings") + this.#unsent("results");
    return !this.#ended && records > 0 && records < lingerRecordsMax && this.#unsent("alerts") === 0;
  }

  #unsent(lane: Lane): number {
    return this.#options.log.bounds(lane).endOffset - this.#next[lane];
  }

  /** True if anything was sent. */
  async #sendRound(): Promise<boolean> {
    let sent = false;
    for (const lane of forwardOrder) {
      if (!this.#writable || !this.#inflight.hasRoom) return sent;
      const blocks = await this.#readNext(lane);
      if (this.#ended) return sent;
      for (const block of blocks) this.#send(lane, block);
      sent ||= blocks.length > 0;
    }
    return sent;
  }

  async #readNext(lane: Lane): Promise<readonly StoredBlock[]> {
    const { log } = this.#options;
    const { startOffset, endOffset } = log.bounds(lane);
    if (!this.#skipLost(lane, startOffset) || this.#next[lane] >= endOffset) return [];
    const bytesMax = Math.min(roundBytesMax, this.#inflight.bytesLeft);
    const blocks = await log.read(lane, this.#next[lane], bytesMax);
    // Nothing up to the end that the lane had before: it is lost.
    if (blocks.length === 0 && !this.#ended) this.#skipLost(lane, endOffset);
    const batches: StoredBlock[] = [];
    for (const group of mergeableGroups(blocks).slice(0, this.#inflight.batchesLeft)) {
      const [only] = group;
      if (group.length === 1 && only !== undefined) batches.push(only);
      else {
        batches.push(mergeBlocks(lane, group));
        // PUBACKs wait for the same event loop.
        await nextTurn();
      }
    }
    return batches;
  }

  #send(lane: Lane, { firstOffset, count, bytes }: StoredBlock): void {
    const endOffset = firstOffset + count;
    // An acknowledgement may have moved the position on while the log was read.
    if (endOffset <= this.#next[lane]) return;
    if (!this.#skipLost(lane, firstOffset)) return;
    this.#next[lane] = endOffset;
    this.#expectConfirmation(lane, endOffset, bytes.length);
    if (!this.#link.send({ lane, firstOffset, count, bytes })) this.#writable = false;
  }

  /** Declares what the log lacks before the offset, a gap for each piece that it knows of. False if there is no room for more. */
  #skipLost(lane: Lane, offset: number): boolean {
    if (offset <= this.#next[lane]) return true;
    for (const { fromOffset, toOffset, loss } of this.#options.log.missing(lane, this.#next[lane], offset)) {
      if (!this.#writable || !this.#inflight.hasRoom) return false;
      const { reason = "unknown", sinceUs = null, untilUs = null } = loss ?? {};
      const gap = { lane, fromOffset, toOffset, reason, sinceUs, untilUs } as const;
      this.#next[lane] = toOffset;
      this.#options.events.lost(gap);
      this.#expectConfirmation(lane, toOffset, 0);
      this.#link.declareLost(gap);
    }
    return this.#inflight.hasRoom;
  }

  #expectConfirmation(lane: Lane, endOffset: number, bytes: number): void {
    if (this.#inflight.batches === 0) this.#setDeadline("nothing was confirmed");
    this.#inflight.add(lane, endOffset, bytes);
  }

  /** Null: nothing is due. */
  #setDeadline(fault: string | null): void {
    this.#cancelDeadline?.();
    this.#cancelDeadline = null;
    if (fault === null || this.#ended) return;
    const { clock, ackTimeoutMs, sink } = this.#options;
    this.#cancelDeadline = clock.after(ackTimeoutMs, () => {
      this.#fail(
        new TidegateError(
          "COLLECTOR_UNREACHABLE",
          `forward to ${sink.target}: ${fault} within ${ackTimeoutMs} ms; the log keeps everything, check the collector and the way to it`,
          { details: { target: sink.target, ackTimeoutMs } },
        ),
      );
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
