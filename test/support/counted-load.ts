import { connectAsync, type MqttClient } from "mqtt";

/** What a message does to the gateway's counts. */
interface Payload {
  readonly topic: string;
  readonly text: string;
  readonly good: number;
  /** Why some of its readings are rejected, one each. */
  readonly reasons: readonly string[];
}

/** Readings, and rejections by reason. */
export interface ReadingCounts {
  readings: number;
  good: number;
  readonly rejected: Record<string, number>;
}

export interface CountedLoadOptions {
  readonly url: () => string;
  readonly clients: number;
  /** Messages of a client under way. */
  readonly windowMax: number;
  readonly random: () => number;
}

const rejectedCode = 0x99;

/**
 * Clients that publish good, bad and partly bad payloads, QoS 1, half of them over MQTT 3.1.1, half over 5, and count what was sent
 * and what was answered: stored, or rejected for good. What was not answered when the connection broke is sent again, with DUP.
 */
export class CountedLoad {
  readonly sent: ReadingCounts = { readings: 0, good: 0, rejected: {} };
  readonly answered: ReadingCounts = { readings: 0, good: 0, rejected: {} };
  answers = 0;
  readonly #options: CountedLoadOptions;
  #clients: MqttClient[] = [];
  #unanswered: Payload[] = [];
  #number = 0;
  /** The first of the kinds of messages that are sent now. */
  #kindMin = 0;
  #publishing = false;
  #changed: () => void = () => {};

  constructor(options: CountedLoadOptions) {
    this.#options = options;
  }

  /** Messages that were sent and are not answered. */
  get unanswered(): number {
    return this.#unanswered.length;
  }

  /** Connects, sends again what was not answered, and goes on with new messages if `more`. */
  async start(more = true): Promise<void> {
    const versions = Array.from({ length: this.#options.clients }, (_, index) => (index % 2 === 0 ? 4 : 5));
    this.#clients = await Promise.all(
      versions.map((protocolVersion) => connectAsync(this.#options.url(), { protocolVersion, reconnectPeriod: 0 })),
    );
    const again = this.#unanswered;
    this.#unanswered = [];
    this.#publishing = more;
    // By turns without messages that are rejected as a whole, each of which would bring all counts to the disk.
    this.#kindMin = 2 - this.#kindMin;
    for (const client of this.#clients) client.on("error", () => undefined);
    for (const [index, payload] of again.entries()) this.#publish(this.#clients[index % this.#clients.length], payload, true);
    for (const client of this.#clients)
      for (let count = 0; more && count < this.#options.windowMax; count++) this.#publish(client, this.#next(), false);
  }

  /** No new messages. */
  drain(): void {
    this.#publishing = false;
  }

  /** Gives up the connections; what is under way stays unanswered. */
  async disconnect(): Promise<void> {
    this.#publishing = false;
    await Promise.all(this.#clients.map((client) => client.endAsync(true)));
    this.#clients = [];
  }

  async untilAnswers(count: number): Promise<void> {
    while (this.answers < count) await this.#change();
  }

  async untilAllAnswered(): Promise<void> {
    while (this.#unanswered.length > 0) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve;
    });
  }

  #publish(client: MqttClient | undefined, payload: Payload, dup: boolean): void {
    add(this.sent, payload);
    this.#unanswered.push(payload);
    client?.publish(payload.topic, payload.text, { qos: 1, dup }, (error) => {
      const code = (error as { code?: unknown } | null | undefined)?.code;
      if (error && code !== rejectedCode) return;
      if (code === rejectedCode && payload.good > 0)
        throw new Error(`rejected although something of it is good: ${payload.text}`);
      this.#unanswered.splice(this.#unanswered.indexOf(payload), 1);
      this.answers++;
      add(this.answered, payload);
      if (this.#publishing) this.#publish(client, this.#next(), false);
      this.#changed();
    });
  }

  #next(): Payload {
    const number = this.#number++;
    // An event time for each message, so that it is recognised when it comes again.
    const ts = 1_750_000_000_000 + number;
    const kind = this.#kindMin + Math.floor(this.#options.random() * (5 - this.#kindMin));
    if (kind === 0) return { topic: "sensors/d/m", text: `bad ${number}`, good: 0, reasons: ["payload_not_json"] };
    if (kind === 1) return { topic: "sensors/d/m", text: `{"v": 1, "ts": ${number}}`, good: 0, reasons: ["time_too_early"] };
    if (kind === 2) {
      const text = `{"a": ${number}, "none": null, "list": [], "ts": ${ts}}`;
      return { topic: "sensors/d", text, good: 1, reasons: ["value_type", "value_type"] };
    }
    return { topic: "sensors/d", text: `{"a": ${number}, "b": ${number}, "ts": ${ts}}`, good: 2, reasons: [] };
  }
}

function add(counts: ReadingCounts, { good, reasons }: Payload): void {
  counts.readings += good + reasons.length;
  counts.good += good;
  for (const reason of reasons) counts.rejected[reason] = (counts.rejected[reason] ?? 0) + 1;
}
