// One sensor with firmware of the patient kind. Keeps `windowMax` readings under way, a message each, QoS 1 or 2, over MQTT 3.1.1
// or 5. Whatever happens to the connection it connects again, sends what was not acknowledged again in the old order, with DUP
// and the old packet id, and PUBREL for what had its PUBREC; a reading that an MQTT 5 broker refuses it sends again as new.
//
// A reading counts as acknowledged with PUBACK (QoS 1) or PUBREC (QoS 2): from then on it is the broker's.
//
// States: idle → connecting → connected → (connection lost) idle → ..., and stopped. `drain` stops new readings only.

import { connect, type Socket } from "node:net";
import { generate, type IPubackPacket, type IPubrecPacket, type Packet, parser } from "mqtt-packet";
import type { PlannedReadings } from "./planned-readings.ts";
import type { ReadingLedger } from "./reading-ledger.ts";

export interface SensorOptions {
  readonly sensor: number;
  readonly qos: 1 | 2;
  readonly protocolVersion: 4 | 5;
  /** Readings under way. */
  readonly windowMax: number;
  /** Of the broker on loopback, asked before every connection; null while there is none, which saves a free port from being taken. */
  readonly port: () => number | null;
  readonly plan: PlannedReadings;
  readonly ledger: ReadingLedger;
  /** After every change: acknowledgement, refusal, connection made or lost. */
  readonly changed: () => void;
}

/** A reading under way. `received`: it has had its PUBREC. */
interface Flight {
  readonly number: number;
  readonly packetId: number;
  received: boolean;
}

const retryDelayMs = 30;
const packetIdMax = 65_535;

export class Sensor {
  readonly #options: SensorOptions;
  /** By packet id, in the order of their first sending. */
  readonly #flights = new Map<number, Flight>();
  #state: "idle" | "connecting" | "connected" | "stopped" = "idle";
  #draining = false;
  #socket: Socket | null = null;
  #lastPacketId = 0;
  #reconnecting: NodeJS.Timeout | undefined;
  #refilling: NodeJS.Timeout | undefined;
  /** Readings that a broker has refused, to be sent again. */
  #refused: number[] = [];
  refusals = 0;
  connectionsLost = 0;

  constructor(options: SensorOptions) {
    this.#options = options;
  }

  get connected(): boolean {
    return this.#state === "connected";
  }

  /** Readings under way or refused. */
  get unfinished(): number {
    return this.#flights.size + this.#refused.length;
  }

  /** Connects, now and again after every loss. */
  start(): void {
    const port = this.#options.port();
    if (port === null) {
      this.#reconnecting = setTimeout(() => this.start(), retryDelayMs);
      return;
    }
    this.#state = "connecting";
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket = socket;
    const decode = parser({ protocolVersion: this.#options.protocolVersion });
    decode.on("packet", (packet) => this.#receive(packet));
    socket.on("connect", () => this.#send(this.#connectPacket()));
    socket.on("data", (chunk) => decode.parse(chunk));
    // Refused, reset, ended: always followed by "close".
    socket.on("error", () => undefined);
    socket.on("close", () => this.#lost());
  }

  /** No new readings. */
  drain(): void {
    this.#draining = true;
  }

  stop(): void {
    this.#state = "stopped";
    clearTimeout(this.#reconnecting);
    clearTimeout(this.#refilling);
    this.#socket?.destroy();
  }

  #connectPacket(): Packet {
    const { protocolVersion, sensor } = this.#options;
    return {
      cmd: "connect",
      clientId: `sensor-${sensor}`,
      protocolId: "MQTT",
      protocolVersion,
      clean: false,
      keepalive: 60,
      ...(protocolVersion === 5 ? { properties: { sessionExpiryInterval: 3600 } } : {}),
    };
  }

  #lost(): void {
    this.#socket = null;
    if (this.#state === "connected") this.connectionsLost++;
    if (this.#state !== "stopped") {
      this.#state = "idle";
      this.#reconnecting = setTimeout(() => this.start(), retryDelayMs);
    }
    this.#options.changed();
  }

  #receive(packet: Packet): void {
    if (packet.cmd === "connack") this.#accepted();
    else if (packet.cmd === "puback" || packet.cmd === "pubrec") this.#answered(packet);
    else if (packet.cmd === "pubcomp") this.#completed(packet.messageId ?? 0);
  }

  #accepted(): void {
    this.#state = "connected";
    for (const flight of this.#flights.values()) this.#sendFlight(flight, true);
    this.#fill();
    this.#options.changed();
  }

  #answered(packet: IPubackPacket | IPubrecPacket): void {
    const { sensor, qos, ledger } = this.#options;
    const flight = this.#flights.get(packet.messageId ?? 0);
    if (flight === undefined) throw new Error(`${packet.cmd} for packet ${packet.messageId}, which is not under way`);
    if ((packet.reasonCode ?? 0) >= 0x80) {
      this.#refuse(flight);
      return;
    }
    if (!flight.received) ledger.acknowledged(sensor, flight.number);
    flight.received = true;
    if (qos === 1) this.#completed(flight.packetId);
    else {
      this.#sendFlight(flight, false);
      this.#options.changed();
    }
  }

  #refuse(flight: Flight): void {
    this.refusals++;
    this.#flights.delete(flight.packetId);
    this.#refused.push(flight.number);
    // Room in the window is made with the retry, not at once: a broker that refuses is not to be stormed.
    this.#refilling ??= setTimeout(() => {
      this.#refilling = undefined;
      this.#fill();
    }, retryDelayMs);
    this.#options.changed();
  }

  #completed(packetId: number): void {
    this.#flights.delete(packetId);
    this.#fill();
    this.#options.changed();
  }

  #fill(): void {
    const { windowMax, ledger, sensor } = this.#options;
    while (this.#state === "connected" && this.#flights.size < windowMax) {
      if (this.#draining && this.#refused.length === 0) return;
      const number = this.#refused.shift() ?? ledger.nextOf(sensor);
      const flight = { number, packetId: this.#freePacketId(), received: false };
      this.#flights.set(flight.packetId, flight);
      this.#sendFlight(flight, false);
    }
  }

  #sendFlight({ number, packetId, received }: Flight, again: boolean): void {
    if (received) {
      this.#send({ cmd: "pubrel", messageId: packetId });
      return;
    }
    const { plan, sensor, qos } = this.#options;
    const { device, metric, value, eventTimeUs } = plan.reading(sensor, number);
    const payload = JSON.stringify({ v: value, ts: eventTimeUs / 1000 });
    const topic = `sensors/${device}/${metric}`;
    this.#send({ cmd: "publish", topic, payload, qos, messageId: packetId, dup: again, retain: false });
  }

  #freePacketId(): number {
    do this.#lastPacketId = (this.#lastPacketId % packetIdMax) + 1;
    while (this.#flights.has(this.#lastPacketId));
    return this.#lastPacketId;
  }

  #send(packet: Packet): void {
    this.#socket?.write(generate(packet, { protocolVersion: this.#options.protocolVersion }));
  }
}
