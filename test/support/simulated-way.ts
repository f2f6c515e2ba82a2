import { sliceBlock } from "../../src/codec/block-merge.ts";
import type { LaneSets, Sink, SinkBatch, SinkEvents, SinkLink } from "../../src/forward/sink.ts";
import type { Gap } from "../../src/model/gap.ts";
import type { Interval } from "../../src/model/interval-set.ts";
import type { Lane } from "../../src/model/lane.ts";
import type { Origin } from "../../src/model/origin.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { TidegateError } from "../../src/platform/errors.ts";
import type { MemoryStore } from "./memory-store.ts";

export interface WayOptions {
  readonly origin: Origin;
  readonly store: MemoryStore;
  readonly clock: Clock;
  readonly random: () => number;
  /** collector: says what it has, and takes everything. ordered: as collectors before, in the order of offsets. records: cannot tell what it has, keeps batches now and then, and refuses some readings for good. */
  readonly upstream: "collector" | "ordered" | "records";
  /** Takes the next batch when the one before has its fate. */
  readonly oneAtATime: boolean;
}

/** Readings that an upstream of records refuses, whenever they come. */
export function isRefused(lane: Lane, offset: number): boolean {
  return lane === "readings" && offset % 40 === 7;
}

/**
 * A way to a collector on which everything goes wrong that can, by chance, while `isBad`: connections that are refused, that never open,
 * that break, that go dead without a word; delays, answers that overtake each other, answers that are lost with what they answer stored.
 */
export class SimulatedWay implements Sink {
  readonly name = "collector";
  readonly target = "simulated";
  isBad = true;
  readonly options: WayOptions;
  #link: SimulatedLink | null = null;

  constructor(options: WayOptions) {
    this.options = options;
  }

  unreachable(fault: string): TidegateError {
    return new TidegateError("COLLECTOR_UNREACHABLE", `forward to simulated: ${fault}`);
  }

  open(events: SinkEvents): SinkLink {
    this.#link = new SimulatedLink(this, events);
    return this.#link;
  }

  /** Breaks the link; what is on the way is lost. */
  cut(): void {
    this.#link?.break();
  }

  /** Nothing arrives any more, and nobody is told. */
  mute(): void {
    this.#link?.goDead();
  }
}

class SimulatedLink implements SinkLink {
  wireBytes = 0;
  readonly #way: SimulatedWay;
  readonly #events: SinkEvents;
  #isClosed = false;
  #isDead = false;
  /** Requests arrive in the order in which they were sent. */
  #arrivalUs = 0;

  constructor(way: SimulatedWay, events: SinkEvents) {
    this.#way = way;
    this.#events = events;
    const fate = this.#chance();
    if (fate < 0.15) this.#later(() => this.break());
    else if (fate > 0.1) this.#arrive(() => this.#welcome());
  }

  send(batch: SinkBatch): boolean {
    this.wireBytes += batch.bytes.length;
    this.#arrive(() => (this.#way.options.upstream === "records" ? this.#takeRecords(batch) : this.#takeBlock(batch)));
    const fate = this.#chance();
    if (fate < 0.03) this.#later(() => this.break());
    else if (fate < 0.05) this.goDead();
    if (this.#way.options.oneAtATime) return false;
    if (this.#chance() > 0.1) return true;
    this.#later(() => this.#events.writable());
    return false;
  }

  #takeBlock({ lane, firstOffset, count, bytes }: SinkBatch): void {
    const { store, origin } = this.#way.options;
    const nextOffset = store.append(origin, { lane, firstOffset, count, bytes });
    this.#answer(lane, nextOffset, { start: firstOffset, end: firstOffset + count });
  }

  #takeRecords({ lane, firstOffset, count, bytes }: SinkBatch): void {
    const { store, origin, random } = this.#way.options;
    const end = firstOffset + count;
    if (this.#chance() < 0.05) {
      const retryAfterMs = Math.floor(random() * 200);
      this.#later(() => {
        this.#events.kept(lane, { start: firstOffset, end }, retryAfterMs);
        this.#events.writable();
      });
      return;
    }
    for (let from = firstOffset; from < end; from++) {
      let to = from;
      while (to < end && !isRefused(lane, to)) to++;
      if (to > from) {
        const part = sliceBlock(lane, bytes, from - firstOffset, to - firstOffset);
        store.append(origin, { lane, firstOffset: from, count: to - from, bytes: part });
        const accepted = { start: from, end: to };
        this.#later(() => this.#events.accepted(lane, accepted));
      }
      if (to < end) this.#later(() => this.#events.rejected(lane, [{ offset: to, reason: "the test does not like it" }]));
      from = to;
    }
    if (this.#way.options.oneAtATime) this.#way.options.clock.after(60, () => this.#takeMore());
  }

  #takeMore(): void {
    if (!this.#isClosed && !this.#isDead) this.#events.writable();
  }

  declareLost(gap: Gap): void {
    const { store, origin } = this.#way.options;
    this.#arrive(() => {
      const nextOffset = store.declareLost(origin, gap);
      this.#answer(gap.lane, nextOffset, { start: gap.fromOffset, end: gap.toOffset });
    });
  }

  close(): void {
    this.#isClosed = true;
  }

  break(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.failed(new TidegateError("COLLECTOR_UNREACHABLE", "forward to simulated: the way broke"));
  }

  goDead(): void {
    this.#isDead = true;
  }

  #welcome(): void {
    const { store, origin, upstream } = this.#way.options;
    const has: LaneSets = store.contact(origin);
    const settled = upstream === "records" ? null : has;
    this.#later(() => this.#events.opened({ settled, anyOrder: upstream !== "ordered" }));
  }

  /** Acknowledgements may overtake each other. */
  #answer(lane: Lane, nextOffset: number, range: Interval): void {
    this.#later(() => {
      const says = this.#way.options.upstream === "records" ? 0 : nextOffset;
      if (says > 0) this.#events.accepted(lane, { start: 0, end: says });
      if (range.end > says) this.#events.accepted(lane, range);
    });
  }

  /** Below 1; 1 on a good way, where nothing goes wrong. */
  #chance(): number {
    return this.#way.isBad ? this.#way.options.random() : 1;
  }

  #later(happen: () => void): void {
    const { clock, random } = this.#way.options;
    clock.after(Math.ceil(random() * 50), () => {
      if (!this.#isClosed && !this.#isDead) happen();
    });
  }

  #arrive(happen: () => void): void {
    const { clock, random } = this.#way.options;
    this.#arrivalUs = Math.max(this.#arrivalUs, clock.nowUs()) + Math.ceil(random() * 20) * 1000;
    clock.after((this.#arrivalUs - clock.nowUs()) / 1000, () => {
      // Some of what the network has arrives also when nobody waits for the answer any more; nothing arrives behind what is lost.
      if (this.#isClosed && random() < 0.5) this.#isDead = true;
      if (!this.#isDead) happen();
    });
  }
}
