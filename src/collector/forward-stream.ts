// One gateway's stream at the collector.
//
//   awaiting-hello --Hello--> greeting --contact on disk, Welcome--> open --(Batch | Gap)*--> ended
//
// Every batch is validated as it arrives, handed to the store, and acknowledged after the store has synced it; one Ack answers
// all batches of a lane that one commit wrote. Anything that is not allowed ends the stream with a gRPC status that says why,
// and is counted by reason; what was acknowledged before stays. Where the gateway can do nothing but come back, the status says when
// (retry-hint.ts). A stream that says no Hello within helloTimeoutMs is ended.

import { status as grpcStatus, type ServerDuplexStream } from "@grpc/grpc-js";
import { type ForwardResponseFields, type ReceivedRequest, toWireLane, toWireRanges } from "../codec/collector-service.ts";
import { addInterval, denseEnd, emptyIntervalSet, type Interval, type IntervalSet } from "../model/interval-set.ts";
import { type Lane, lanes } from "../model/lane.ts";
import type { Origin } from "../model/origin.ts";
import type { Clock } from "../platform/clock.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { identityRefusal } from "./certificate-names.ts";
import type { PressureGate } from "./pressure-gate.ts";
import {
  type CheckedBatch,
  type CheckedGap,
  checkBatch,
  checkGap,
  checkHello,
  type Refusal,
  type RefusalReason,
  refusal,
} from "./request-check.ts";
import { retryHint } from "./retry-hint.ts";
import type { Store } from "./store.ts";

export type ForwardCall = ServerDuplexStream<ReceivedRequest, ForwardResponseFields>;

export interface ForwardStreamOptions {
  readonly call: ForwardCall;
  readonly store: Store;
  readonly gate: PressureGate;
  readonly helloTimeoutMs: number;
  /** Who the gateway may be (certificate-names.ts); null: anybody. */
  readonly names: readonly string[] | null;
  readonly clock: Clock;
  /** Yields numbers in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  /** Called once, when the stream takes nothing more. */
  readonly onEnd: (reason: RefusalReason | null) => void;
}

interface AckDue {
  readonly nextOffset: number;
  /** What became durable since the last acknowledgement. */
  readonly settled: IntervalSet;
}

type StreamState =
  | { readonly kind: "awaiting-hello" }
  | { readonly kind: "greeting" | "open"; readonly origin: Origin }
  | { readonly kind: "ended"; readonly origin: Origin | null };

const statusOf: Record<RefusalReason, grpcStatus> = {
  protocol: grpcStatus.FAILED_PRECONDITION,
  hello: grpcStatus.INVALID_ARGUMENT,
  identity: grpcStatus.PERMISSION_DENIED,
  request: grpcStatus.INVALID_ARGUMENT,
  block: grpcStatus.INVALID_ARGUMENT,
  limit: grpcStatus.RESOURCE_EXHAUSTED,
  disk: grpcStatus.UNAVAILABLE,
  closing: grpcStatus.UNAVAILABLE,
};

/** What a waiting write takes in memory besides its block, roughly; else a flood of tiny ones would have no bound. */
const writeBytes = 1024;

export class ForwardStream {
  readonly #options: ForwardStreamOptions;
  readonly #call: ForwardCall;
  readonly #pending = new Set<Promise<void>>();
  /** What to acknowledge; at most one a lane, however slowly the gateway reads. */
  readonly #acksDue = new Map<Lane, AckDue>();
  readonly #cancelHelloTimeout: () => void;
  #state: StreamState = { kind: "awaiting-hello" };
  #ackScheduled = false;
  #writable = true;

  constructor(options: ForwardStreamOptions) {
    this.#options = options;
    this.#call = options.call;
    this.#cancelHelloTimeout = options.clock.after(options.helloTimeoutMs, () => {
      this.#refuse(refusal("hello", `no Hello within ${options.helloTimeoutMs} ms; send it first`));
    });
    this.#call.on("data", (request: ReceivedRequest) => this.#receive(request));
    this.#call.on("end", () => void this.#finish());
    this.#call.on("cancelled", () => this.#end(null));
    this.#call.on("drain", () => {
      this.#writable = true;
      this.#sendAcks();
    });
  }

  /** Who sends, as soon as it has said so. */
  get origin(): Origin | null {
    return this.#state.kind === "awaiting-hello" ? null : this.#state.origin;
  }

  /** Ends a stream that is one too many. */
  refuseForLimit(streamsMax: number): void {
    this.#refuse(refusal("limit", `the collector serves ${streamsMax} streams, which is its limit; connect again later`));
  }

  /** Takes nothing more, acknowledges what is being written, then ends the stream. */
  async close(): Promise<void> {
    this.#options.gate.release(this.#call);
    this.#call.pause();
    await Promise.all(this.#pending);
    this.#sendAcks();
    this.#refuse(refusal("closing", "the collector is closing; connect again later"));
  }

  #receive(request: ReceivedRequest): void {
    const fault = this.#take(request);
    if (fault !== null) this.#refuse(fault);
  }

  #take(request: ReceivedRequest): Refusal | null {
    const state = this.#state;
    if (state.kind === "ended") return null;
    if (state.kind === "awaiting-hello") return this.#takeHello(request);
    switch (request.request) {
      case "batch":
        return this.#takeBatch(state.origin, checkBatch(request.batch));
      case "gap":
        return this.#takeGap(state.origin, checkGap(request.gap));
      default:
        return refusal("request", `a ${request.request ?? "message of an unknown kind"} where a batch or gap is due`);
    }
  }

  #takeHello(request: ReceivedRequest): Refusal | null {
    if (request.request !== "hello") return refusal("request", "the first message is not a Hello; say who you are first");
    const hello = checkHello(request.hello);
    if (hello.kind === "refusal") return hello;
    const { names } = this.#options;
    const impostor = names === null ? null : identityRefusal(hello.origin.gatewayId, names);
    if (impostor !== null) return impostor;
    this.#cancelHelloTimeout();
    this.#state = { kind: "greeting", origin: hello.origin };
    this.#call.pause();
    this.#track(this.#options.store.contact(hello.origin).then((settled) => this.#welcome(hello.origin, settled)));
    return null;
  }

  #welcome(origin: Origin, settled: Readonly<Record<Lane, IntervalSet>>): void {
    if (this.#state.kind !== "greeting") return;
    this.#state = { kind: "open", origin };
    const { logger } = this.#options;
    const positions = lanes.map((lane) => positionOf(lane, { nextOffset: denseEnd(settled[lane]), settled: settled[lane] }));
    this.#write({ welcome: { positions, anyOrder: true } });
    logger.info({ ...origin, peer: this.#call.getPeer() }, "gateway connected");
    this.#call.resume();
  }

  #takeBatch(origin: Origin, batch: CheckedBatch): Refusal | null {
    if (batch.kind === "refusal") return batch;
    const { lane, firstOffset, count, bytes } = batch.block;
    const range = { start: firstOffset, end: firstOffset + count };
    const stored = this.#options.store.append(origin, batch.block);
    this.#trackWrite(
      bytes.length,
      stored.then((next) => this.#acknowledge(lane, next, range)),
    );
    return null;
  }

  #takeGap(origin: Origin, checked: CheckedGap): Refusal | null {
    if (checked.kind === "refusal") return checked;
    const { store, logger } = this.#options;
    const { gap } = checked;
    logger.warn({ ...origin, ...gap }, "gateway declared records lost");
    const range = { start: gap.fromOffset, end: gap.toOffset };
    this.#trackWrite(
      0,
      store.declareLost(origin, gap).then((next) => this.#acknowledge(gap.lane, next, range)),
    );
    return null;
  }

  #trackWrite(blockBytes: number, write: Promise<void>): void {
    const { gate } = this.#options;
    const bytes = blockBytes + writeBytes;
    gate.enter(this.#call, bytes);
    this.#track(write.finally(() => gate.leave(this.#call, bytes)));
  }

  #track(write: Promise<void>): void {
    const settled = write
      .catch((error: unknown) => this.#refuse(refusalOf(error)))
      .finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }

  #acknowledge(lane: Lane, nextOffset: number, range: Interval): void {
    const due = this.#acksDue.get(lane) ?? { nextOffset: 0, settled: emptyIntervalSet };
    this.#acksDue.set(lane, {
      nextOffset: Math.max(due.nextOffset, nextOffset),
      settled: addInterval(due.settled, range),
    });
    if (this.#ackScheduled) return;
    this.#ackScheduled = true;
    setImmediate(() => this.#sendAcks());
  }

  #sendAcks(): void {
    this.#ackScheduled = false;
    if (this.#state.kind !== "open") return;
    for (const [lane, due] of this.#acksDue) {
      if (!this.#writable) return;
      this.#acksDue.delete(lane);
      this.#write({ ack: positionOf(lane, due) });
    }
  }

  #write(response: ForwardResponseFields): void {
    this.#writable = this.#call.write(response);
  }

  /** The gateway has said everything: acknowledge it, then end in good order. */
  async #finish(): Promise<void> {
    await Promise.all(this.#pending);
    this.#sendAcks();
    if (this.#state.kind === "ended") return;
    this.#end(null);
    this.#call.end();
  }

  #refuse({ reason, message }: Refusal): void {
    if (this.#state.kind === "ended") return;
    const level = reason === "closing" ? "info" : "warn";
    this.#options.logger[level]({ ...this.origin, peer: this.#call.getPeer(), reason }, `stream ended: ${message}`);
    this.#end(reason);
    const metadata = retryHint(reason, this.#options.random);
    this.#call.emit("error", { code: statusOf[reason], details: message, metadata });
  }

  #end(reason: RefusalReason | null): void {
    if (this.#state.kind === "ended") return;
    this.#state = { kind: "ended", origin: this.origin };
    this.#cancelHelloTimeout();
    this.#options.gate.release(this.#call);
    // Reading on empties the transport's buffers; #receive ignores what comes.
    this.#call.resume();
    this.#options.onEnd(reason);
  }
}

/** As the wire has it: of what is settled only what lies behind the next offset. */
function positionOf(lane: Lane, { nextOffset, settled }: AckDue) {
  const behind = settled.filter(({ end }) => end > nextOffset);
  return { lane: toWireLane(lane), nextOffset, settled: toWireRanges(behind) };
}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof TidegateError)) throw error;
  switch (error.code) {
    case "COLLECTOR_FULL":
      return refusal("limit", error.message);
    case "STORE_REFUSED":
      return refusal("block", error.message);
    case "STORE_CLOSED":
      return refusal("closing", error.message);
    case "STORE_WRITE_FAILED":
      return refusal("disk", messageOf(error));
    default:
      throw error;
  }
}
