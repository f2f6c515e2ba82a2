import type { Ledger } from "./ledger.ts";
import type { Message } from "./message.ts";
import type { PublisherObserver } from "./publisher.ts";

/** Counts of one run. All but `reconnects` are readings, not messages. */
export interface Summary {
  /** Left at least once. */
  readonly sent: number;
  readonly acknowledged: number;
  readonly rejected: number;
  /** Sent once more on a later connection. */
  readonly redelivered: number;
  /** Connections after the first of each device. */
  readonly reconnects: number;
}

export function summaryLine(summary: Summary): string {
  const { sent, acknowledged, rejected, redelivered, reconnects } = summary;
  return `sent ${sent}, acknowledged ${acknowledged}, rejected ${rejected}, redelivered ${redelivered}, reconnects ${reconnects}`;
}

/** Keeps count over all devices of a run and writes the ledger. */
export class Tally {
  readonly #ledger: Ledger;
  /** Ledger numbers of unsettled messages; bounded by the windows of all devices. */
  readonly #numbers = new Map<Message, number[]>();
  #sent = 0;
  #acknowledged = 0;
  #rejected = 0;
  #redelivered = 0;
  #connections = 0;
  #devices = 0;
  #lastReason: string | undefined;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  get summary(): Summary {
    return {
      sent: this.#sent,
      acknowledged: this.#acknowledged,
      rejected: this.#rejected,
      redelivered: this.#redelivered,
      reconnects: Math.max(0, this.#connections - this.#devices),
    };
  }

  /** Readings that got an answer. Stands still when nothing moves. */
  get settled(): number {
    return this.#acknowledged + this.#rejected;
  }

  /** Devices that have been connected at least once. */
  get devicesConnected(): number {
    return this.#devices;
  }

  /** Why the newest connection failed or the newest reading was rejected. */
  get lastReason(): string | undefined {
    return this.#lastReason;
  }

  /** The observer of one device. */
  observer(): PublisherObserver {
    let connectedBefore = false;
    return {
      sent: (message, again) => this.#onSent(message, again),
      acknowledged: (message) => this.#onAcknowledged(message),
      rejected: (message, reason) => this.#onRejected(message, reason),
      online: () => {
        this.#connections++;
        if (!connectedBefore) this.#devices++;
        connectedBefore = true;
      },
      offline: (reason) => {
        this.#lastReason = reason;
      },
    };
  }

  #onSent(message: Message, again: boolean): void {
    if (again) {
      this.#redelivered += message.readings.length;
      return;
    }
    this.#sent += message.readings.length;
    this.#numbers.set(
      message,
      message.readings.map((reading) => this.#ledger.sent(message.device, reading)),
    );
  }

  #onAcknowledged(message: Message): void {
    this.#acknowledged += message.readings.length;
    for (const number of this.#numbers.get(message) ?? []) this.#ledger.acknowledged(number);
    this.#numbers.delete(message);
  }

  #onRejected(message: Message, reason: string): void {
    this.#rejected += message.readings.length;
    this.#numbers.delete(message);
    this.#lastReason = reason;
  }
}
