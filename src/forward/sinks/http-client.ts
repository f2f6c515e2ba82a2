// What an HTTP sink does with a batch: http-sink.ts says why.

import type { Agent } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { cloudEvent } from "../../codec/cloud-events.ts";
import { ndjsonLine, type PlacedRecord } from "../../codec/record-text.ts";
import type { Lane } from "../../model/lane.ts";
import type { Origin } from "../../model/origin.ts";
import type { Clock } from "../../platform/clock.ts";
import { messageOf, TidegateError } from "../../platform/errors.ts";
import { isTlsFault } from "../../platform/tls-client.ts";
import type { BatchOutcome, ConnectOptions, RecordBatch, RecordClient } from "../record-sink.ts";
import type { Rejection } from "../sink.ts";
import { verdictOf } from "./http-answer.ts";
import { post } from "./http-post.ts";
import { closedError, refusedError, unreachableError } from "./sink-errors.ts";

export type BodyFormat = "cloudevents" | "ndjson";

const contentTypes = { cloudevents: "application/cloudevents-batch+json", ndjson: "application/x-ndjson" } as const;
const compress = promisify(gzip);

export interface HttpClientOptions {
  readonly origin: Origin;
  readonly clock: Clock;
  readonly url: URL;
  readonly target: string;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly format: BodyFormat;
  readonly compression: "gzip" | "none";
  readonly requestRecordsMax: number;
  readonly requestSizeMax: number;
  readonly timeoutMs: number;
  readonly answered: ConnectOptions["answered"];
}

/** A record as it stands in a request. */
interface Item {
  readonly offset: number;
  readonly text: string;
}

type Answer = "accepted" | { readonly retryAfterMs: number } | { readonly reason: string };

export class HttpClient implements RecordClient {
  readonly writesMax = 1;
  wireBytes = 0;
  readonly #options: HttpClientOptions;
  readonly #ending = new AbortController();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  write(batch: RecordBatch): Promise<BatchOutcome> {
    const outcome = this.#write(batch);
    this.#writing = outcome.catch(() => undefined);
    return outcome;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#writing;
    this.#options.agent.destroy();
  }

  /** One request after the other; what is refused goes again in halves, before what comes behind it. */
  async #write({ lane, records }: RecordBatch): Promise<BatchOutcome> {
    const rejected: Rejection[] = [];
    const requests = this.#cut(lane, records);
    for (let items = requests.shift(); items !== undefined; items = requests.shift()) {
      const answer = await this.#post(lane, items);
      this.#options.answered?.();
      if (answer === "accepted") continue;
      const [first] = items;
      if (first === undefined) continue;
      if ("retryAfterMs" in answer) {
        const end = (records.at(-1)?.offset ?? first.offset) + 1;
        return { rejected, kept: [{ start: first.offset, end }], retryAfterMs: answer.retryAfterMs };
      }
      if (items.length === 1) rejected.push({ offset: first.offset, reason: answer.reason });
      else requests.unshift(...halves(items));
    }
    return { rejected, kept: [], retryAfterMs: 0 };
  }

  /** As many records in each as the bounds allow. */
  #cut(lane: Lane, records: RecordBatch["records"]): Item[][] {
    const { requestRecordsMax, requestSizeMax } = this.#options;
    const requests: Item[][] = [];
    let bytes = 0;
    for (const placed of records) {
      const item = { offset: placed.offset, text: this.#textOf(lane, placed) };
      // With a bracket or a comma or a newline.
      const itemBytes = Buffer.byteLength(item.text) + 1;
      const current = requests.at(-1);
      if (current === undefined || current.length >= requestRecordsMax || bytes + itemBytes > requestSizeMax) {
        requests.push([item]);
        bytes = itemBytes + 1;
      } else {
        current.push(item);
        bytes += itemBytes;
      }
    }
    return requests;
  }

  #textOf(lane: Lane, placed: RecordBatch["records"][number]): string {
    if (this.#options.format === "cloudevents") return cloudEvent(lane, placed, this.#options.origin);
    return ndjsonLine(lane, placed as PlacedRecord<Lane>);
  }

  /** Errors: SINK_UNREACHABLE, SINK_REFUSED. */
  async #post(lane: Lane, items: readonly Item[]): Promise<Answer> {
    const { target, clock } = this.#options;
    const answer = await this.#exchange(lane, items).catch((error: unknown) => {
      throw this.#ending.signal.aborted ? closedError(target) : connectionFailure(target, error);
    });
    const verdict = verdictOf(answer, clock.nowUs() / 1000);
    if (verdict.kind === "accepted") return "accepted";
    if (verdict.kind === "refused") throw refusedError(target, verdict.reason);
    if (verdict.kind === "unreachable") throw unreachableError(target, verdict.reason);
    return verdict;
  }

  async #exchange(lane: Lane, items: readonly Item[]) {
    const { url, agent, headers, format, compression, timeoutMs, clock, origin } = this.#options;
    const texts = items.map(({ text }) => text);
    const plain = Buffer.from(format === "cloudevents" ? `[${texts.join(",")}]` : `${texts.join("\n")}\n`);
    const body = compression === "gzip" ? await compress(plain) : plain;
    const offsets = `${items[0]?.offset}-${items.at(-1)?.offset}`;
    const own = {
      "content-type": contentTypes[format],
      ...(compression === "gzip" ? { "content-encoding": "gzip" } : {}),
      // A quoted string, as draft-ietf-httpapi-idempotency-key-header has it.
      "idempotency-key": `"${origin.gatewayId}/${origin.logId}/${lane}/${offsets}/${items.length}"`,
    };
    this.wireBytes += body.length;
    return post(body, { url, agent, headers: { ...headers, ...own }, timeoutMs, clock, signal: this.#ending.signal });
  }
}

function halves(items: readonly Item[]): Item[][] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

/** SINK_REFUSED if TLS is at fault, SINK_UNREACHABLE if the network is; unless it is a TidegateError already. */
export function connectionFailure(target: string, cause: unknown): TidegateError {
  if (cause instanceof TidegateError) return cause;
  return isTlsFault(cause)
    ? refusedError(target, `${messageOf(cause)}; check tls`, cause)
    : unreachableError(target, messageOf(cause), cause);
}
