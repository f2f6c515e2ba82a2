// The store in NATS JetStream, nats-server 2.9 or later: what gateways sent as messages that anyone can consume, and, in the headers of the
// same messages, what has arrived. Many collectors may share the streams.
//
// Write path
//   Each log of a gateway has its own commits (origin-stores.ts). A commit publishes, for each lane that changes, its messages one after
//   the other (nats-messages.ts). Each has records in its payload and, in a header, how far the lane is with it: so both become durable
//   together. Each says which message of its lane is the last one; if another collector was faster, the server refuses it. So no
//   two messages are ever built on the same progress, whatever arrives late. If nothing of a commit was stored by then, it looks again
//   and compares again; else it fails.
//   After that, and before it is acknowledged, what is known of the lane is copied to a second stream, which keeps the last message of each
//   subject for good: the records may be removed by age and size, or all of them by hand. What is read is the newer of the two, by
//   its step; if a collector ended between the two, who looks first makes the copy. (The second stream does not have the first one for
//   its source: up to 2.10.13 a server applies the expected sequence of a message again where it sources it, and refuses it.)
//
// Failure
//   server gone, no answer       STORE_WRITE_FAILED, although messages of the commit may be stored, each whole; what the gateway sends again
//                                is then a duplicate. The next commit connects, and looks, again (nats-streams.ts)
//   stream full (discard new)    STORE_WRITE_FAILED until there is room
//   record larger than a message, lane whose progress does not fit into a header (a fault of the gateway)    STORE_REFUSED for its write alone
//
// Durability
//   Acknowledged means that the streams have acknowledged: a server alone has it in its file by then, which outlives the server, and syncs
//   it to disk within two minutes. Against a power cut: three replicas, or, from nats-server 2.10 on, `sync_interval: always`.
//
// Constraints
//   commitRecordsMax   50,000   records a commit, about 15 messages of text
//   commitsMax             8    commits of all gateways at once, since each holds its messages in memory; the others wait their turn
//   openMax            2,000    logs whose progress is in memory; more than a collector serves at once
//   originsMax                  counted at the first new one, after each tenth of it, and when it is reached: collectors that share the
//                               streams may exceed it by a tenth each
//   The limits of ranges and losses are those of the embedded store.
//
// What is known of a lane whose records are all removed is looked up for each commit: only with a last message can the server tell that
// somebody else was faster. So do not purge the stream while two collectors write for the same gateway. It deletes nothing itself.

import type { Lane } from "../model/lane.ts";
import { type Origin, originKey } from "../model/origin.ts";
import { TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { loadNats } from "../platform/nats-connection.ts";
import type { Environment } from "../platform/secret.ts";
import { CommitStage } from "./commit-stage.ts";
import { noLaneProgress } from "./lane-progress.ts";
import { type LaneMessage, messagesOf, type PayloadKind } from "./nats-messages.ts";
import {
  decodeStep,
  encodeStep,
  formatVersion,
  headerNames,
  type LaneStep,
  laneNamed,
  progressSubject,
  recordSubject,
} from "./nats-progress.ts";
import { type FoundMessage, type MessageBounds, NatsStreams, type NatsStreamsOptions } from "./nats-streams.ts";
import { OriginStores, type OriginTarget } from "./origin-stores.ts";
import type { OriginProgress, ReceivedBlock, Store } from "./store.ts";
import { Turns } from "./turns.ts";
import { WriteHealth } from "./write-health.ts";

const commitRecordsMax = 50_000;
const commitsMax = 8;
const openMax = 2000;
/** How often a commit gives way to another collector. */
const attemptsMax = 5;

export interface NatsStoreOptions extends NatsStreamsOptions {
  readonly payload: PayloadKind;
}

export interface NatsStoreContext {
  /** Most logs of gateways. */
  readonly originsMax: number;
  /** For secrets that stand there. */
  readonly environment: Environment;
  readonly logger: Logger;
}

/** Errors: LIBRARY_MISSING, STORE_UNREACHABLE, STORE_UNUSABLE. */
export async function openNatsStore(options: NatsStoreOptions, context: NatsStoreContext): Promise<Store> {
  const streams = new NatsStreams(await loadNats(), options, context);
  await streams.open();
  const shared = new SharedStreams(streams, options, context);
  return new OriginStores({
    openMax,
    costOf: ({ count }: ReceivedBlock) => count,
    commitCostMax: commitRecordsMax,
    targetOf: (origin) => new NatsTarget(shared, origin),
    progress: () => allProgress(streams),
    close: () => streams.close(),
  });
}

/** What the streams hold, in the order of first contact. Changes nothing. Errors: as {@link openNatsStore}. */
export async function readNatsProgress(
  options: NatsStoreOptions,
  { environment }: Pick<NatsStoreContext, "environment">,
): Promise<OriginProgress[]> {
  const streams = new NatsStreams(await loadNats(), options, { environment, logger: null });
  try {
    return await allProgress(streams);
  } finally {
    await streams.close();
  }
}

/** What the targets of all logs share. */
class SharedStreams {
  readonly streams: NatsStreams;
  readonly options: NatsStoreOptions;
  readonly originsMax: number;
  readonly turns = new Turns(commitsMax);
  /** Logs that are known, as far as this collector knows. */
  originsKnown = 0;
  readonly health: WriteHealth;
  readonly #recountAfter: number;
  #introduced: number;

  constructor(streams: NatsStreams, options: NatsStoreOptions, { originsMax, logger }: NatsStoreContext) {
    this.streams = streams;
    this.options = options;
    this.originsMax = originsMax;
    this.health = new WriteHealth(streams.name, logger);
    this.#recountAfter = Math.max(1, Math.floor(originsMax / 10));
    this.#introduced = this.#recountAfter;
  }

  async recount(): Promise<void> {
    if (this.#introduced < this.#recountAfter && this.originsKnown < this.originsMax) return;
    this.originsKnown = await this.streams.countContacts();
    this.#introduced = 0;
  }

  addIntroduced(count: number): void {
    this.#introduced += count;
    this.originsKnown += count;
  }
}

/** There is no message. */
const noStep: LaneStep = { step: 0, progress: noLaneProgress };

/** What is known of a lane. */
interface LaneHead extends LaneStep {
  /** Of its last message of records; 0: there is none. */
  readonly sequence: number;
  /** Of its copy. */
  readonly copySequence: number;
}

interface KnownLog {
  readonly heads: Record<Lane, LaneHead>;
  isIntroduced: boolean;
  /** It was looked up for the commit that is under way. */
  isFresh: boolean;
}

interface PlannedLane {
  readonly lane: Lane;
  readonly messages: readonly LaneMessage[];
}

class NatsTarget implements OriginTarget {
  readonly #shared: SharedStreams;
  readonly #origin: Origin;
  readonly #key: string;
  readonly #originHeaders: Readonly<Record<string, string>>;
  #known: KnownLog | null = null;

  constructor(shared: SharedStreams, origin: Origin) {
    this.#shared = shared;
    this.#origin = origin;
    this.#key = originKey(origin);
    this.#originHeaders = {
      [headerNames.format]: formatVersion,
      [headerNames.gateway]: origin.gatewayId,
      [headerNames.log]: origin.logId,
    };
  }

  commit(fill: (stage: CommitStage) => void, anew: boolean): Promise<void> {
    return this.#shared.turns.take(async () => {
      if (anew) this.#known = null;
      try {
        await this.#commit(fill);
        this.#shared.health.note(this.#key, null);
      } catch (cause) {
        this.#known = null;
        const failure = this.#shared.streams.writeFailure(cause);
        if (failure.code === "STORE_WRITE_FAILED") this.#shared.health.note(this.#key, failure);
        throw failure;
      }
    });
  }

  async close(): Promise<void> {
    this.#shared.health.forget(this.#key);
  }

  async #commit(fill: (stage: CommitStage) => void): Promise<void> {
    for (let attempt = 1; attempt <= attemptsMax; ) {
      const known = this.#known ?? (await this.#looked());
      const stage = await this.#staged(known, fill);
      const needsLook = !known.isFresh && stage.steps.some(({ lane }) => known.heads[lane].sequence === 0);
      known.isFresh = false;
      if (!needsLook) {
        if (stage.isEmpty || (await this.#store(known, stage))) return;
        attempt += 1;
      }
      this.#known = null;
    }
    throw this.#outrun();
  }

  async #staged(known: KnownLog, fill: (stage: CommitStage) => void): Promise<CommitStage> {
    const { originsMax } = this.#shared;
    if (!known.isIntroduced) await this.#shared.recount();
    const { readings, results, alerts } = known.heads;
    const lanes = { readings: readings.progress, results: results.progress, alerts: alerts.progress };
    const progress = { origin: this.#origin, lanes };
    const stage = new CommitStage({
      progress: new Map(known.isIntroduced ? [[this.#key, progress]] : []),
      count: this.#shared.originsKnown,
      countMax: originsMax,
    });
    fill(stage);
    return stage;
  }

  /** False: another collector was faster, and nothing is stored. */
  async #store(known: KnownLog, stage: CommitStage): Promise<boolean> {
    const plan = await this.#plan(known, stage);
    if (stage.contacts.length > 0 && !(await this.#introduce(known))) return false;
    let isFirst = true;
    for (const { lane, messages } of plan) {
      for (const message of messages) {
        if (await this.#publish(known, lane, message)) isFirst = false;
        else if (isFirst) return false;
        else throw this.#outrun();
      }
    }
    await Promise.all(plan.map(({ lane }) => this.#copy(known, lane)));
    return true;
  }

  /** All messages, before the first one is published: so that what cannot be stored keeps nothing of its commit. */
  async #plan(known: KnownLog, stage: CommitStage): Promise<PlannedLane[]> {
    const { streams, options } = this.#shared;
    const bounds = await streams.bounds();
    const plan: PlannedLane[] = [];
    for (const step of stage.steps) {
      const { lane } = step;
      const parts = stage.parts.filter(({ block }) => block.lane === lane);
      const messages = await messagesOf(step, parts, { payload: options.payload, bytesMax: bounds.payloadBytesMax });
      for (const { progress } of messages) checkHeader(lane, { step: known.heads[lane].step, progress }, bounds);
      plan.push({ lane, messages });
    }
    return plan;
  }

  async #introduce(known: KnownLog): Promise<boolean> {
    const { streams, options } = this.#shared;
    const sequence = await streams.publish({
      role: "progress",
      subject: progressSubject(options.subject, this.#origin, "contact"),
      headers: this.#originHeaders,
      payload: new Uint8Array(),
      expectedSequence: 0,
    });
    if (sequence === null) return false;
    known.isIntroduced = true;
    this.#shared.addIntroduced(1);
    return true;
  }

  async #publish(known: KnownLog, lane: Lane, message: LaneMessage): Promise<boolean> {
    const { streams, options } = this.#shared;
    const { payload, contentType, firstOffset, count, progress } = message;
    const head = known.heads[lane];
    const next = { step: head.step + 1, progress };
    const sequence = await streams.publish({
      role: "records",
      subject: recordSubject(options.subject, this.#origin, lane),
      headers: {
        ...(contentType === null ? {} : { "Content-Type": contentType }),
        ...(firstOffset === null ? {} : { [headerNames.offset]: String(firstOffset) }),
        ...this.#laneHeaders(lane, next),
        [headerNames.count]: String(count),
      },
      payload,
      expectedSequence: head.sequence,
    });
    if (sequence === null) return false;
    known.heads[lane] = { ...head, ...next, sequence };
    return true;
  }

  #laneHeaders(lane: Lane, step: LaneStep): Record<string, string> {
    return { ...this.#originHeaders, [headerNames.lane]: lane, [headerNames.progress]: encodeStep(step) };
  }

  /** Makes the copy say what the head does, unless another collector's says more: that is built on this. */
  async #copy(known: KnownLog, lane: Lane): Promise<void> {
    const { streams, options } = this.#shared;
    const subject = progressSubject(options.subject, this.#origin, lane);
    const head = known.heads[lane];
    let expectedSequence = head.copySequence;
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const headers = this.#laneHeaders(lane, head);
      const sequence = await streams.publish({
        role: "progress",
        subject,
        headers,
        payload: new Uint8Array(),
        expectedSequence,
      });
      const found = sequence === null ? await streams.last("progress", subject) : null;
      expectedSequence = sequence ?? found?.sequence ?? 0;
      known.heads[lane] = { ...head, copySequence: expectedSequence };
      if (sequence !== null || stepOf(found).step >= head.step) return;
    }
    throw this.#outrun();
  }

  async #looked(): Promise<KnownLog> {
    const { streams, options } = this.#shared;
    const [contact, readings, results, alerts] = await Promise.all([
      streams.last("progress", progressSubject(options.subject, this.#origin, "contact")),
      this.#headOf("readings"),
      this.#headOf("results"),
      this.#headOf("alerts"),
    ]);
    const heads = { readings: readings.head, results: results.head, alerts: alerts.head };
    const known: KnownLog = { heads, isIntroduced: contact !== null, isFresh: true };
    if (readings.isAhead) await this.#copy(known, "readings");
    if (results.isAhead) await this.#copy(known, "results");
    if (alerts.isAhead) await this.#copy(known, "alerts");
    this.#known = known;
    return known;
  }

  /** isAhead: of its copy. */
  async #headOf(lane: Lane): Promise<{ head: LaneHead; isAhead: boolean }> {
    const { streams, options } = this.#shared;
    const [last, copy] = await Promise.all([
      streams.last("records", recordSubject(options.subject, this.#origin, lane)),
      streams.last("progress", progressSubject(options.subject, this.#origin, lane)),
    ]);
    const [stored, copied] = [stepOf(last), stepOf(copy)];
    const isAhead = stored.step > copied.step;
    const newest = isAhead ? stored : copied;
    return { head: { ...newest, sequence: last?.sequence ?? 0, copySequence: copy?.sequence ?? 0 }, isAhead };
  }

  #outrun(): TidegateError {
    const { gatewayId } = this.#origin;
    const why = `other collectors store what gateway ${gatewayId} sends at the same time; let it send to one of them`;
    return new TidegateError("STORE_WRITE_FAILED", why, { details: { gatewayId } });
  }
}

function checkHeader(lane: Lane, step: LaneStep, { headerBytesMax }: MessageBounds): void {
  const bytes = encodeStep(step).length;
  if (bytes <= headerBytesMax) return;
  throw new TidegateError(
    "STORE_REFUSED",
    `store ${lane}: what is known of them takes ${bytes} bytes, and a header at most ${headerBytesMax}; send them in order`,
    { details: { lane, bytes, headerBytesMax } },
  );
}

function stepOf(message: FoundMessage | null): LaneStep {
  if (message === null) return noStep;
  checkFormat(message);
  return decodeStep(message.header(headerNames.progress));
}

function checkFormat({ sequence, header }: FoundMessage): void {
  const format = header(headerNames.format);
  if (format === formatVersion) return;
  const why = `message ${sequence} has the format "${format}" and this version reads "${formatVersion}"`;
  throw new TidegateError("STORE_UNUSABLE", why, { details: { sequence, format } });
}

/** In the order of first contact. Errors: STORE_UNREACHABLE, STORE_UNUSABLE. */
async function allProgress(streams: NatsStreams): Promise<OriginProgress[]> {
  try {
    const table = new Map<string, { origin: Origin; lanes: Record<Lane, LaneStep> }>();
    // The records last: they may be ahead, never behind.
    for (const message of [...(await streams.lastOfEach("progress")), ...(await streams.lastOfEach("records"))]) {
      checkFormat(message);
      const origin = { gatewayId: message.header(headerNames.gateway), logId: message.header(headerNames.log) };
      const key = originKey(origin);
      const found = table.get(key) ?? { origin, lanes: { readings: noStep, results: noStep, alerts: noStep } };
      table.set(key, found);
      const lane = laneNamed(message.header(headerNames.lane));
      if (lane === undefined) continue;
      const step = stepOf(message);
      if (step.step > found.lanes[lane].step) found.lanes[lane] = step;
    }
    return [...table.values()].map(({ origin, lanes: { readings, results, alerts } }) => ({
      origin,
      lanes: { readings: readings.progress, results: results.progress, alerts: alerts.progress },
    }));
  } catch (error) {
    throw streams.openFailure(error);
  }
}
