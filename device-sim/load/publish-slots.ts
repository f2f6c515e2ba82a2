// The PUBLISH frames of one load client, encoded once and patched in place. Hot path: flat and free of allocation.
//
// Every packet identifier has a slot of its own in one buffer: slot i is the frame with identifier i + 1, always with the same
// topic. A slot may be patched and written again only when its frame has left the process for sure: with QoS 1 when it was
// acknowledged, with QoS 0 when the write has called back. So nothing is copied, and adjoining slots go out as one write.
//
// All numbers in a payload have a fixed width, so that a patch never moves anything:
//   number  21.57        json  {"v":21.57,"ts":1700000000000}        batch  a protobuf ReadingBatch (batch-payload.ts)

import { metricSpecs } from "../metric-catalog.ts";
import { type BatchColumn, batchPayload, writeTimeUs } from "./batch-payload.ts";

export const loadFormats = ["json", "number", "batch"] as const;
export type LoadFormat = (typeof loadFormats)[number];

export interface PublishSlotsOptions {
  /** Slot i publishes on topics[i % topics.length]. */
  readonly topics: readonly string[];
  /** At most 65,535: MQTT has no more packet identifiers. */
  readonly slots: number;
  readonly qos: 0 | 1;
  readonly mqttVersion: 4 | 5;
  readonly format: LoadFormat;
  /** With format batch: readings of a message, and the metrics that they are of. Default 100 and 1. */
  readonly batchSize?: number;
  readonly metrics?: number;
}

/** Values run from 10.00 to 99.99: five characters, two decimals. */
const valueDigits = 5;
const timestampDigits = 13;
const digitZero = 0x30;

export class PublishSlots {
  /** All frames, slot after slot. */
  readonly buffer: Buffer;
  readonly #starts: Int32Array;
  readonly #valueAt: Int32Array;
  readonly #timestampAt: Int32Array;
  readonly #timestamp = Buffer.alloc(timestampDigits);
  #timestampMs = -1;
  #value = 0;
  /** Of every slot: where its payload begins; of each payload: where its columns stand. */
  readonly #payloadAt: Int32Array;
  readonly #columns: readonly BatchColumn[];

  constructor(options: PublishSlotsOptions) {
    const { slots, topics, format, batchSize = 100, metrics = 1 } = options;
    const batch = format === "batch" ? batchPayload("load", metricSpecs(metrics), batchSize) : null;
    this.#columns = batch?.columns ?? [];
    this.#payloadAt = new Int32Array(slots);
    this.#starts = new Int32Array(slots + 1);
    this.#valueAt = new Int32Array(slots);
    this.#timestampAt = new Int32Array(slots);
    const frames: Buffer[] = [];
    let start = 0;
    for (let slot = 0; slot < slots; slot++) {
      const payload = batch?.bytes ?? (format === "json" ? '{"v":00.00,"ts":0000000000000}' : "00.00");
      const frame = encodePublish({ ...options, topic: topics[slot % topics.length] ?? "", packetId: slot + 1, payload });
      this.#starts[slot] = start;
      start += frame.length;
      const payloadAt = start - payload.length;
      this.#payloadAt[slot] = payloadAt;
      this.#valueAt[slot] = payloadAt + (format === "json" ? '{"v":'.length : 0);
      this.#timestampAt[slot] = format === "json" ? payloadAt + '{"v":00.00,"ts":'.length : -1;
      frames.push(frame);
    }
    this.#starts[slots] = start;
    this.buffer = Buffer.concat(frames);
  }

  /** Gives the slot's frame its next value and this time. */
  patch(slot: number, timestampMs: number): void {
    if (this.#columns.length > 0) {
      this.#patchBatch(this.#payloadAt[slot] as number, timestampMs);
      return;
    }
    const { buffer } = this;
    const at = this.#valueAt[slot] as number;
    // A stride coprime to 9,000, so that all values occur and neighbours differ.
    this.#value = (this.#value + 1567) % 9000;
    const value = this.#value + 1000;
    buffer[at] = digitZero + ((value / 1000) | 0);
    buffer[at + 1] = digitZero + (((value / 100) | 0) % 10);
    buffer[at + 3] = digitZero + (((value / 10) | 0) % 10);
    buffer[at + valueDigits - 1] = digitZero + (value % 10);
    const timestampAt = this.#timestampAt[slot] as number;
    if (timestampAt < 0) return;
    if (timestampMs !== this.#timestampMs) {
      this.#timestampMs = timestampMs;
      this.#timestamp.write(String(timestampMs), "latin1");
    }
    for (let i = 0; i < timestampDigits; i++) buffer[timestampAt + i] = this.#timestamp[i] as number;
  }

  #patchBatch(payloadAt: number, timestampMs: number): void {
    const { buffer } = this;
    for (const { timeAt, valuesAt, values } of this.#columns) {
      writeTimeUs(buffer, payloadAt + timeAt, timestampMs * 1000);
      const end = payloadAt + valuesAt + 8 * values;
      for (let at = payloadAt + valuesAt; at < end; at += 8) {
        this.#value = (this.#value + 1567) % 9000;
        buffer.writeDoubleLE((this.#value + 1000) / 100, at);
      }
    }
  }

  /** The frames of slots [from, to), as a view. */
  frames(from: number, to: number): Buffer {
    return this.buffer.subarray(this.#starts[from], this.#starts[to]);
  }
}

interface PublishFrame {
  readonly topic: string;
  readonly packetId: number;
  readonly payload: string | Buffer;
  readonly qos: 0 | 1;
  readonly mqttVersion: 4 | 5;
}

/** PUBLISH of MQTT 3.1.1 §3.3 or MQTT 5 §3.3 without properties; not retained, no DUP. */
export function encodePublish({ topic, packetId, payload, qos, mqttVersion }: PublishFrame): Buffer {
  const name = Buffer.from(topic);
  const body = Buffer.concat([
    Buffer.from([name.length >> 8, name.length & 0xff]),
    name,
    Buffer.from(qos > 0 ? [packetId >> 8, packetId & 0xff] : []),
    Buffer.from(mqttVersion === 5 ? [0] : []),
    typeof payload === "string" ? Buffer.from(payload) : payload,
  ]);
  return Buffer.concat([Buffer.from([0x30 | (qos << 1)]), variableByteInteger(body.length), body]);
}

/** MQTT 5 §1.5.5; the same bytes as the Remaining Length of 3.1.1. */
function variableByteInteger(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest >= 0x80 ? 0x80 : 0;
    bytes.push((rest & 0x7f) | more);
    rest >>>= 7;
  } while (rest > 0);
  return Buffer.from(bytes);
}
