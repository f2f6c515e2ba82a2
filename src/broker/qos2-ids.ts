/**
 * Packet ids of QoS 2 messages that were taken and not yet released (MQTT 5 §4.3.3), by client id. aedes keeps them with their
 * payloads and never forgets those of a session that ended, so that a new message with a used id is acknowledged and lost
 * (publish.js:81).
 *
 * Bounds: 65,535 ids a client, by the protocol; of the 10,000 clients that used QoS 2 last.
 */
export class Qos2Ids {
  readonly #open = new Map<string, Set<number>>();

  has(clientId: string, messageId: number | undefined): boolean {
    return messageId !== undefined && this.#open.get(clientId)?.has(messageId) === true;
  }

  open(clientId: string, messageId: number | undefined): void {
    if (messageId === undefined) return;
    const ids = this.#open.get(clientId) ?? new Set();
    // Set anew, so that the map is in the order of last use.
    this.#open.delete(clientId);
    this.#open.set(clientId, ids.add(messageId));
    const [oldest = ""] = this.#open.keys();
    if (this.#open.size > clientsMax) this.#open.delete(oldest);
  }

  close(clientId: string, messageId: number | undefined): void {
    const ids = this.#open.get(clientId);
    if (messageId === undefined || ids === undefined) return;
    ids.delete(messageId);
    if (ids.size === 0) this.#open.delete(clientId);
  }

  /** The session has ended. */
  forget(clientId: string): void {
    this.#open.delete(clientId);
  }
}

const clientsMax = 10_000;
