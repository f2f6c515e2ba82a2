/** A message on its way. */
export interface OutboxEntry<M> {
  readonly message: M;
  /** How often it was handed to a connection; more than once means that it goes out with DUP. */
  sends: number;
}

/**
 * What a device has produced and the broker has not yet settled, in the order of production, over all its connections.
 *
 * At most `windowMax` messages. A new connection begins with the oldest one again, so that within a device nothing overtakes
 * anything. A connection may allow fewer in flight than the window (MQTT 5, Receive Maximum); the rest waits here.
 */
export class Outbox<M> {
  readonly windowMax: number;
  readonly #entries = new Set<OutboxEntry<M>>();
  /** Not yet sent on this connection, in order. */
  #unsent: OutboxEntry<M>[] = [];
  #inFlight = 0;
  #inFlightMax = 0;

  constructor(windowMax: number) {
    this.windowMax = windowMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  get hasRoom(): boolean {
    return this.#entries.size < this.windowMax;
  }

  /** Only while there is room. */
  add(message: M): void {
    if (!this.hasRoom) throw new Error(`an outbox of ${this.windowMax} messages is full`);
    const entry = { message, sends: 0 };
    this.#entries.add(entry);
    this.#unsent.push(entry);
  }

  /** A new connection: all that is unsettled goes out again. */
  connected(inFlightMax: number): void {
    this.#unsent = [...this.#entries];
    this.#inFlight = 0;
    this.#inFlightMax = inFlightMax;
  }

  disconnected(): void {
    this.#inFlightMax = 0;
  }

  /** The next one to send on this connection; undefined if there is none or the connection takes no more for now. */
  take(): OutboxEntry<M> | undefined {
    if (this.#inFlight >= this.#inFlightMax) return undefined;
    const entry = this.#unsent.shift();
    if (entry === undefined) return undefined;
    this.#inFlight++;
    entry.sends++;
    return entry;
  }

  /** The broker acknowledged or rejected it on this connection. */
  settle(entry: OutboxEntry<M>): void {
    if (this.#entries.delete(entry)) this.#inFlight--;
  }
}
