// From a publish to durable readings: route, decode, admit, set the event times, append; settled when the commit is on disk.
//
// Every reading that a payload holds is counted once: received = stored + rejected(reason) + pending, where a payload that cannot be
// decoded counts as one reading. A payload may be stored in part; what was rejected of it becomes a dead letter with the first reason.
// The equation holds whenever somebody looks, because each step changes both sides at once: stored is the end of the readings lane,
// which ingest alone appends to, and pending how far that is from the end that the lane will have. Over restarts the lane keeps stored,
// and reject-counts.ts rejected; received begins as their sum, so that what a crash took unanswered was never received.
//
// A rejected message is settled when its count is on disk; if the disk refuses, then too: what is no reading must not come for ever.
//
// A retained message without a payload on a route is no reading: it clears the retained one, and passes.
//
// Bounds: readings of a message (`messageReadingsMax`), topics whose route is known (`topicsMax`), readings that a redelivery is
// compared with (`redeliveryReadingsMax`), devices whose clock is followed (`devicesMax`), dead letters; readings that wait for the
// disk are the log's (`pendingReadingsMax`), beyond which a publish is settled as busy.
//
// Hot path: `take` runs once a message. The decoder writes into this object (it is the sink), so that a message costs the
// reading, its array and the callback, and nothing else; on routes that do not trust the device's clock also the readings anew.

import type { Intake, Publish, Settle, Verdict } from "../broker/contract.ts";
import { type DecodeSink, quoted } from "../codec/payload.ts";
import type { RejectReason } from "../codec/reject.ts";
import type { Log } from "../log/log.ts";
import { quality, type Reading, unitLengthMax, type Value } from "../model/reading.ts";
import type { Clock } from "../platform/clock.ts";
import { LimitedWarning } from "../platform/limited-warning.ts";
import type { Logger } from "../platform/logger.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { ClocksView, EventTimes } from "./event-times.ts";
import { isName, isText } from "./names.ts";
import type { RecentReadings } from "./recent-readings.ts";
import { RejectCounts } from "./reject-counts.ts";
import type { RouteTable, Target } from "./routes.ts";

export interface IngestOptions {
  readonly log: Log;
  readonly routes: RouteTable;
  readonly recent: RecentReadings;
  readonly deadLetters: DeadLetters;
  /** Most readings of one message; more could never be stored. */
  readonly messageReadingsMax: number;
  readonly times: EventTimes;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Readings since the log was made: received = stored + rejected + pending, at every moment. */
export interface IngestCounters {
  readonly received: number;
  readonly stored: number;
  /** On their way to the disk, or to being refused by the log. */
  readonly pending: number;
  /** By reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Messages on topics of no route, since the start. */
  readonly unrouted: number;
}

const pass: Verdict = { kind: "pass" };
const stored: Verdict = { kind: "stored" };
const warningIntervalMs = 10_000;

export class Ingest implements Intake, DecodeSink {
  readonly #options: IngestOptions;
  readonly #rejects: RejectCounts;
  readonly #warnings: LimitedWarning;
  #received: number;
  /** Where the readings lane ends when all that the log was given is stored. */
  #endWhenStored: number;
  #unrouted = 0;

  // What the decoder found in the message that is being taken.
  #device = "";
  #tags = "";
  #nowUs = 0;
  #redelivered = false;
  #trusts = true;
  #readings: Reading[] = [];
  #known: Reading[] = [];
  #found = 0;
  #firstReason: RejectReason | null = null;
  #firstDetail = "";

  /** Takes over what the log holds and remembers. */
  static async open(options: IngestOptions): Promise<Ingest> {
    return new Ingest(options, await RejectCounts.open(options));
  }

  private constructor(options: IngestOptions, rejects: RejectCounts) {
    this.#options = options;
    this.#rejects = rejects;
    this.#warnings = new LimitedWarning(options.clock, warningIntervalMs);
    this.#endWhenStored = options.log.bounds("readings").endOffset;
    this.#received = this.#endWhenStored + rejects.total;
  }

  get counters(): IngestCounters {
    const stored = this.#options.log.bounds("readings").endOffset;
    return {
      received: this.#received,
      stored,
      pending: this.#endWhenStored - stored,
      rejected: this.#rejects.byReason,
      unrouted: this.#unrouted,
    };
  }

  /** What is known of the clocks of devices, and what was done about it, since the start. */
  get clocks(): ClocksView {
    return this.#options.times.view;
  }

  /** Topics whose route is kept in memory. */
  get topics(): number {
    return this.#options.routes.size;
  }

  take(publish: Publish, settle: Settle): void {
    const target = this.#options.routes.find(publish.topic);
    if (target === null || publish.clearsRetained) {
      this.#unrouted++;
      settle(pass);
      return;
    }
    this.#begin(target, publish.redelivered);
    if (target.fault === null) target.decode(publish.payload, target, this);
    else this.reject("name_invalid", target.fault);
    if (this.#readings.length > this.#options.messageReadingsMax) this.#rejectAll("batch_too_large");
    if (!this.#trusts) this.#setTimes(target);
    this.#received += this.#found;
    this.#endWhenStored += this.#readings.length;
    if (this.#firstReason !== null && this.#firstReason !== "redelivered") this.#bury(publish, this.#firstReason);
    this.#finish(settle);
  }

  /** Makes the counts durable; after the last message, before the log closes. Idempotent; every call waits. */
  close(): Promise<void> {
    return this.#rejects.close();
  }

  reading(metric: string, unit: string, eventTimeUs: number | undefined, value: Value): void {
    if (!isName(metric)) {
      this.reject("name_invalid", `metric ${quoted(metric)}`);
      return;
    }
    if (unit !== "" && !isText(unit, unitLengthMax)) {
      this.reject("unit_invalid", `metric ${quoted(metric)} has the unit ${quoted(unit)}`);
      return;
    }
    if (eventTimeUs !== undefined && !this.#admitsTime(metric, eventTimeUs)) return;
    const stamped = eventTimeUs === undefined;
    const reading: Reading = {
      device: this.#device,
      metric,
      unit,
      tags: this.#tags,
      eventTimeUs: stamped ? this.#nowUs : eventTimeUs,
      value,
      quality: stamped ? quality.stamped : quality.good,
      correctionUs: 0,
    };
    // It is known by the time that the device sent, which is still its event time here.
    if (this.#redelivered && this.#options.recent.has(reading)) {
      this.#known.push(reading);
      this.reject("redelivered", `metric ${quoted(metric)}`);
      return;
    }
    this.#found++;
    this.#readings.push(reading);
  }

  reject(reason: RejectReason, detail: string): void {
    this.#found++;
    this.#rejects.add(reason);
    // A reading that is known already is no fault of the payload, so it never hides one that is.
    if (this.#firstReason !== null && this.#firstReason !== "redelivered") return;
    this.#firstReason = reason;
    this.#firstDetail = detail;
  }

  /** Counts every reading of the message that would have been stored as rejected. */
  #rejectAll(reason: RejectReason): void {
    const count = this.#readings.length;
    this.#rejects.add(reason, count);
    this.#firstReason = reason;
    this.#firstDetail = `${count} readings in one message, at most ${this.#options.messageReadingsMax} are taken`;
    this.#readings = [];
    this.#known = [];
  }

  #begin({ device, tags, clock }: Target, redelivered: boolean): void {
    this.#device = device;
    this.#tags = tags;
    this.#nowUs = this.#options.clock.nowUs();
    this.#redelivered = redelivered;
    this.#trusts = clock.name === "trust";
    this.#readings = [];
    if (redelivered) this.#known = [];
    this.#found = 0;
    this.#firstReason = null;
  }

  #finish(settle: Settle): void {
    const readings = this.#readings;
    const known = this.#redelivered ? this.#known : null;
    // A message that comes again with a known reading in it is not rejected, whatever else is in it: the first one was not.
    if (readings.length === 0 && !known?.length) {
      const rejected: Verdict = { kind: "rejected", reason: `${this.#firstReason}: ${this.#firstDetail}` };
      this.#rejects.append({}, () => settle(rejected));
      return;
    }
    const { recent } = this.#options;
    for (const reading of readings) recent.add(reading);
    // Also when nothing is left to store: the first delivery of a redelivered reading may still be on its way to the disk.
    this.#rejects.append({ readings }, (error) => {
      if (error !== null) this.#unstore(readings);
      // Where all is known, only counts were to be written: that the disk refuses them must not make the sender send the readings as new.
      const isStored = error === null || readings.length === 0;
      // The first delivery of a known reading may have failed while this one waited behind it.
      const durable = isStored && (known === null || known.every((reading) => recent.has(reading)));
      settle(durable ? stored : { kind: "busy", reason: error?.message ?? "the first delivery was not stored; send again" });
    });
  }

  #unstore(readings: readonly Reading[]): void {
    this.#endWhenStored -= readings.length;
    this.#rejects.add("log_busy", readings.length);
    this.#rejects.flushLater();
    for (const reading of readings) this.#options.recent.forget(reading);
  }

  #admitsTime(metric: string, eventTimeUs: number): boolean {
    const fault = this.#options.times.faultOf(eventTimeUs, this.#nowUs, this.#trusts);
    if (fault !== null) this.reject(fault, `metric ${quoted(metric)} at ${isoOf(eventTimeUs)}`);
    return fault === null;
  }

  #setTimes({ device, clock }: Target): void {
    const arrival = { device, policy: clock, nowUs: this.#nowUs, redelivered: this.#redelivered };
    this.#readings = this.#options.times.settle(this.#readings, arrival);
  }

  #bury(publish: Publish, reason: RejectReason): void {
    const { topic, clientId, payload } = publish;
    const detail = this.#firstDetail;
    this.#options.deadLetters.add({ timeUs: this.#nowUs, topic, clientId, reason, detail, payload });
    const suppressed = this.#warnings.pass(reason);
    if (suppressed !== null) this.#options.logger.warn({ topic, clientId, reason, detail, suppressed }, "payload rejected");
  }
}

function isoOf(timeUs: number): string {
  const date = new Date(timeUs / 1000);
  return Number.isNaN(date.getTime()) ? `${timeUs} us` : date.toISOString();
}
