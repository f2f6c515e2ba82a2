// Session windows of one group: readings less than the gap apart, [first, last + gap). A session is known by its start. A reading
// may make it longer, at either end, and join it with the next one; the joined one has the earlier start. What was emitted of a session that
// has another start now, or is part of another one, is withdrawn (count 0) when the new whole is emitted.
//
// A session is one slice, since sessions of a group do not overlap; two that join are merged.

import type { Accumulator } from "../aggregates/contract.ts";
import type { Emission, GroupWindows, Run, Shared } from "./group-windows.ts";
import { OpenPlaces } from "./open-pool.ts";

/** What was said about a session that began there. */
interface Said {
  readonly startUs: number;
  readonly endUs: number;
  readonly revision: number;
}

interface Session {
  firstUs: number;
  lastUs: number;
  count: number;
  readonly accumulator: Accumulator;
  /** In the order of starts. */
  said: readonly Said[];
  /** Offset of the last reading since it was emitted; null: nothing is new in it. */
  changedBy: number | null;
}

/** Per session: first, last, count, whether something is new in it. */
type Snapshot = [numbers: Float64Array, accumulators: unknown[], said: (readonly Said[])[]];

const nothingSaid: readonly Said[] = [];

export class SessionWindows implements GroupWindows {
  readonly #shared: Shared;
  readonly #gapUs: number;
  readonly #places: OpenPlaces;
  /** In the order of time. */
  readonly #sessions: Session[] = [];
  #dueUs = Number.POSITIVE_INFINITY;

  constructor(shared: Shared, gapUs: number) {
    this.#shared = shared;
    this.#gapUs = gapUs;
    this.#places = new OpenPlaces(shared.pool);
  }

  get dueUs(): number {
    return this.#dueUs;
  }

  /** Hot path: a session is looked up once for a run of readings that make it no earlier and join it with no other. */
  add(run: Run): void {
    const { timesUs } = run;
    let at = 0;
    while (at < timesUs.length) {
      const position = this.#sessionAt(timesUs[at] as number, run);
      if (typeof position === "string") {
        this.#shared.counts.skip(position, 1);
        at++;
      } else at = this.#addRun(position, run, at);
    }
    this.#setDue();
  }

  emit(emission: Emission): void {
    for (const session of this.#sessions) {
      if (this.#endUs(session) > emission.untilUs) break;
      if (session.changedBy !== null) this.#say(session, session.changedBy, emission);
    }
    let final = 0;
    while (final < this.#sessions.length && this.#expiryUs(final) <= emission.watermarkUs) final++;
    this.#places.giveFirst(final);
    this.#sessions.splice(0, final);
    this.#setDue();
  }

  relieve(nextWatermarkUs: number): void {
    this.#places.relieve(nextWatermarkUs, (position) => this.#expiryUs(position));
  }

  snapshot(): unknown {
    const numbers = this.#sessions.flatMap(({ firstUs, lastUs, count, changedBy }) => {
      return [firstUs, lastUs, count, changedBy === null ? 0 : 1];
    });
    const accumulators = this.#sessions.map(({ accumulator }) => accumulator.snapshot());
    return [Float64Array.from(numbers), accumulators, this.#sessions.map(({ said }) => said)] satisfies Snapshot;
  }

  restore(snapshot: unknown): this {
    const [numbers, accumulators, said] = snapshot as Snapshot;
    for (const [i, accumulator] of accumulators.entries()) {
      const [firstUs, lastUs, count, isChanged] = numbers.subarray(4 * i, 4 * i + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      this.#sessions.push({
        firstUs,
        lastUs,
        count,
        accumulator: this.#shared.plan.aggregates.restore(accumulator),
        said: said[i] ?? nothingSaid,
        // It is emitted when the watermark, or time, passes; then that is the cause.
        changedBy: isChanged === 1 ? -1 : null,
      });
      this.#places.take(i, false);
    }
    this.#setDue();
    return this;
  }

  /** Position of the session that takes the event time, opened if need be; or the reason why there is none. */
  #sessionAt(timeUs: number, run: Run): number | string {
    const position = this.#reaching(timeUs);
    const session = this.#sessions[position];
    if (session !== undefined && timeUs > session.firstUs - this.#gapUs) {
      if (timeUs < session.firstUs) session.firstUs = timeUs;
      return position;
    }
    const expiryUs = timeUs + this.#gapUs + this.#shared.plan.reviseUs;
    if (expiryUs <= run.watermarkUs) return "too_late";
    const isEnding = expiryUs <= run.nextWatermarkUs;
    if (!isEnding && !this.#places.hasPlace(() => this.relieve(run.nextWatermarkUs))) return this.#shared.pool.reason;
    const accumulator = this.#shared.plan.aggregates.create();
    const opened = { firstUs: timeUs, lastUs: timeUs, count: 0, accumulator, said: nothingSaid, changedBy: null };
    this.#sessions.splice(position, 0, opened);
    this.#places.take(position, isEnding);
    return position;
  }

  /** Adds the reading, and those after it that lie in the session or behind it, up to one that reaches the next. */
  #addRun(position: number, run: Run, from: number): number {
    const { timesUs, values, firstOffset } = run;
    const session = this.#sessions[position] as Session;
    const next = this.#sessions[position + 1];
    const reachesNextUs = next === undefined ? Number.POSITIVE_INFINITY : next.firstUs - this.#gapUs;
    const { firstUs } = session;
    let lastUs = Math.max(session.lastUs, timesUs[from] as number);
    let to = from + 1;
    for (; to < timesUs.length && lastUs <= reachesNextUs; to++) {
      const timeUs = timesUs[to] as number;
      if (timeUs < firstUs || timeUs >= lastUs + this.#gapUs) break;
      if (timeUs > lastUs) lastUs = timeUs;
    }
    session.accumulator.addRun(timesUs, values, from, to);
    session.count += to - from;
    session.changedBy = firstOffset + to - 1;
    this.#shared.counts.taken += to - from;
    if (lastUs > session.lastUs) this.#extend(position, lastUs, run);
    return to;
  }

  #extend(position: number, lastUs: number, run: Run): void {
    const session = this.#sessions[position] as Session;
    session.lastUs = lastUs;
    const next = this.#sessions[position + 1];
    if (next !== undefined && next.firstUs - lastUs < this.#gapUs) this.#join(session, next, position);
    // It expires later now.
    this.#places.give(position);
    this.#places.take(position, this.#expiryUs(position) <= run.nextWatermarkUs);
  }

  /** Behind the reading that joins them: what is merged is in the order of event times then. */
  #join(session: Session, next: Session, position: number): void {
    session.accumulator.merge(next.accumulator);
    session.lastUs = Math.max(session.lastUs, next.lastUs);
    session.count += next.count;
    session.said = [...session.said, ...next.said];
    this.#sessions.splice(position + 1, 1);
    this.#places.give(position + 1);
  }

  #say(session: Session, changedBy: number, { watermarkBeforeUs, causeOffset, say }: Emission): void {
    const endUs = this.#endUs(session);
    const cause = endUs <= watermarkBeforeUs ? changedBy : causeOffset;
    let revision = 0;
    for (const said of session.said) {
      if (said.startUs === session.firstUs) revision = said.revision + 1;
      else say({ ...said, revision: said.revision + 1, count: 0, accumulator: null, causeOffset: cause });
    }
    const { firstUs: startUs, count, accumulator } = session;
    say({ startUs, endUs, revision, count, accumulator, causeOffset: cause });
    session.said = [{ startUs, endUs, revision }];
    session.changedBy = null;
  }

  /** Position of the first session that the event time lies in, before, or less than the gap behind. */
  #reaching(timeUs: number): number {
    let position = this.#sessions.length;
    while (position > 0 && timeUs < this.#endUs(this.#sessions[position - 1] as Session)) position--;
    return position;
  }

  #endUs({ lastUs }: Session): number {
    return lastUs + this.#gapUs;
  }

  #expiryUs(position: number): number {
    return this.#endUs(this.#sessions[position] as Session) + this.#shared.plan.reviseUs;
  }

  #setDue(): void {
    let dueUs = this.#sessions.length === 0 ? Number.POSITIVE_INFINITY : this.#expiryUs(0);
    const changed = this.#sessions.find(({ changedBy }) => changedBy !== null);
    if (changed !== undefined) dueUs = Math.min(dueUs, this.#endUs(changed));
    this.#dueUs = dueUs;
  }
}
