import { connect, type IConnackPacket, type MqttClient } from "mqtt";
import { reconnectDelaysMs } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import type { Message } from "./message.ts";
import { Outbox, type OutboxEntry } from "./outbox.ts";
import type { Random } from "./random.ts";

// One device's connection to the broker, for as long as the device lives.
//
// States: idle → connecting → online → waiting → connecting … → closed. Every connection is a new MQTT.js client with its own
// reconnecting switched off: MQTT.js resends its store without the DUP flag and lets new messages overtake old ones. Here the
// outbox holds what is unsettled, at most `windowMax` messages; after a reconnect it goes out first, in order, with DUP and the
// same payload, by which the gateway recognises what it already has. Packet identifiers are new (Clean Session).
//
// Between connections: exponential backoff with full jitter, 100 ms to 2 s, begun anew after an acknowledgement.
// What the broker refuses (MQTT 5, PUBACK reason code ≥ 0x80) is settled as rejected and never sent again.
// Not here: what to send and when (fleet, replay), and what to remember of it (ledger).

const connectTimeoutMs = 5000;
const keepaliveSeconds = 30;
const receiveMaximumDefault = 65_535;

export type Qos = 0 | 1 | 2;
export type MqttVersion = 4 | 5;

export interface PublisherOptions {
  readonly url: string;
  readonly clientId: string;
  readonly qos: Qos;
  readonly mqttVersion: MqttVersion;
  /** Unsettled messages at most. */
  readonly windowMax: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly observer: PublisherObserver;
}

/** Told of everything that happens to a message, in order. */
export interface PublisherObserver {
  /** `again` if it was sent before, on an earlier connection. */
  sent(message: Message, again: boolean): void;
  /** QoS 0: never. */
  acknowledged(message: Message): void;
  rejected(message: Message, reason: string): void;
  online(): void;
  /** The connection ended or could not be made. */
  offline(reason: string): void;
}

type State =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly client: MqttClient }
  | { readonly kind: "online"; readonly client: MqttClient }
  | { readonly kind: "waiting"; readonly cancel: () => void }
  | { readonly kind: "closed" };

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #outbox: Outbox<Message>;
  #state: State = { kind: "idle" };
  #delays: Generator<number, never>;
  #waiters: (() => void)[] = [];
  #wasOnline = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#outbox = new Outbox(options.windowMax);
    this.#delays = reconnectDelaysMs(options.random);
  }

  /** Messages that are neither acknowledged nor rejected. */
  get unsettled(): number {
    return this.#outbox.size;
  }

  /** Connects, and keeps reconnecting until `close`. */
  start(): void {
    if (this.#state.kind === "idle") this.#connect();
  }

  /** Resolves when the first connection is up, or the publisher is closed. */
  connected(): Promise<void> {
    return this.#until(() => this.#wasOnline);
  }

  /** Waits for room, then takes the message; false if the publisher was closed instead. For one caller at a time. */
  async publish(message: Message): Promise<boolean> {
    await this.#until(() => this.#outbox.hasRoom);
    if (this.#state.kind === "closed") return false;
    this.#outbox.add(message);
    this.#pump();
    return true;
  }

  /** Resolves when everything is settled, or the publisher is closed. */
  drained(): Promise<void> {
    return this.#until(() => this.#outbox.size === 0);
  }

  /** Disconnects. What is unsettled stays so. */
  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { kind: "closed" };
    this.#wake();
    if (state.kind === "waiting") state.cancel();
    if (state.kind === "connecting") state.client.end(true);
    if (state.kind === "online") await state.client.endAsync(this.#outbox.size > 0);
  }

  #connect(): void {
    const { url, clientId, mqttVersion } = this.#options;
    const client = connect(url, {
      clientId,
      protocolVersion: mqttVersion,
      clean: true,
      keepalive: keepaliveSeconds,
      connectTimeout: connectTimeoutMs,
      reconnectPeriod: 0,
    });
    this.#state = { kind: "connecting", client };
    client.on("connect", (connack) => this.#connected(client, connack));
    client.on("error", (error) => this.#lost(client, error.message));
    client.on("close", () => this.#lost(client, "connection closed"));
  }

  #connected(client: MqttClient, connack: IConnackPacket): void {
    if (this.#state.kind !== "connecting" || this.#state.client !== client) return;
    this.#state = { kind: "online", client };
    this.#outbox.connected(connack.properties?.receiveMaximum ?? receiveMaximumDefault);
    this.#wasOnline = true;
    this.#options.observer.online();
    this.#wake();
    this.#pump();
  }

  #lost(client: MqttClient, reason: string): void {
    const state = this.#state;
    if (!("client" in state) || state.client !== client) return;
    this.#outbox.disconnected();
    const cancel = this.#options.clock.after(this.#delays.next().value, () => this.#connect());
    this.#state = { kind: "waiting", cancel };
    client.end(true);
    this.#options.observer.offline(reason);
  }

  #pump(): void {
    if (this.#state.kind !== "online") return;
    const { client } = this.#state;
    for (let entry = this.#outbox.take(); entry !== undefined; entry = this.#outbox.take()) this.#send(client, entry);
  }

  #send(client: MqttClient, entry: OutboxEntry<Message>): void {
    const { topic, payload } = entry.message;
    const { qos, observer } = this.#options;
    const again = entry.sends > 1;
    observer.sent(entry.message, again);
    // MQTT-3.3.1-2: DUP is 0 for every QoS 0 message.
    client.publish(topic, payload, { qos, dup: again && qos > 0 }, (error) => this.#answered(client, entry, error));
  }

  #answered(client: MqttClient, entry: OutboxEntry<Message>, error: Error | undefined | null): void {
    if (this.#state.kind !== "online" || this.#state.client !== client) return;
    const { qos, observer } = this.#options;
    if (error) {
      // Any other error is the connection's end, which reports itself.
      if (!isRefusal(error)) return;
      observer.rejected(entry.message, error.message);
    } else if (qos > 0) {
      observer.acknowledged(entry.message);
    }
    this.#outbox.settle(entry);
    this.#delays = reconnectDelaysMs(this.#options.random);
    this.#wake();
    this.#pump();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && this.#state.kind !== "closed") {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}

function isRefusal(error: Error): boolean {
  return "code" in error && typeof error.code === "number" && error.code >= 0x80;
}
