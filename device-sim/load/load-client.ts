import { connect, type Socket } from "node:net";
import { AckParser } from "./ack-parser.ts";
import { ConnackReader, connectFrame, type HandshakeOptions } from "./handshake.ts";
import type { Measurement } from "./measurement.ts";
import type { PublishSlots } from "./publish-slots.ts";
import type { Turn } from "./turn.ts";

// One closed loop over one raw socket: keeps `windowMax` messages unacknowledged, sends the next when one is acknowledged.
// Hot path: acknowledgements of a turn are taken in, then one write carries all that they made room for (turn.ts).
//
// States: connecting → ready → publishing → closed. A connection lost before `close` ends the whole run.
// With QoS 0 there is nothing to wait for but the socket: a written frame counts as acknowledged when the kernel has it.

export interface LoadClientOptions extends HandshakeOptions {
  readonly host: string;
  readonly port: number;
  readonly windowMax: number;
  readonly qos: 0 | 1;
  readonly slots: PublishSlots;
  readonly slotCount: number;
  readonly turn: Turn;
  readonly measurement: Measurement;
  readonly onLost: (error: Error) => void;
}

const readBufferBytes = 16 * 1024;
const disconnectFrame = Buffer.from([0xe0, 0]);

export class LoadClient {
  readonly #options: LoadClientOptions;
  readonly #socket: Socket;
  readonly #parser: AckParser;
  /** When the frame of each slot was sent, by performance.now; 0 while the slot is free. */
  readonly #sentMs: Float64Array;
  #state: "connecting" | "ready" | "publishing" | "closed" = "connecting";
  readonly #connack: ConnackReader;
  #accepted: () => void = () => {};
  #windowMax: number;
  #inFlight = 0;
  #next = 0;
  #nowMs = 0;
  #wantsTurn = false;

  /** Resolves when the broker has accepted the connection. */
  readonly ready: Promise<void>;

  constructor(options: LoadClientOptions) {
    this.#options = options;
    this.#windowMax = options.windowMax;
    this.#sentMs = new Float64Array(options.slotCount);
    this.#parser = new AckParser({
      acknowledged: (packetId, reasonCode) => this.#acknowledged(packetId - 1, reasonCode),
      disconnected: (reasonCode) => this.#lost(new Error(`the broker disconnected with reason code ${reasonCode}`)),
    });
    this.#connack = new ConnackReader(options.mqttVersion);
    this.ready = new Promise((resolve) => {
      this.#accepted = resolve;
    });
    this.#socket = this.#open();
  }

  /** Begins to publish. */
  start(): void {
    this.#state = "publishing";
    this.#wantTurn();
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#socket.end(disconnectFrame);
    // A broker that does not close its side must not keep the process alive.
    this.#socket.unref();
  }

  /** Sends all that the window allows, in at most two writes. Called by the turn. */
  flush(nowMs: number, timestampMs: number): void {
    this.#wantsTurn = false;
    if (this.#state !== "publishing") return;
    const { slots, slotCount } = this.#options;
    let from = this.#next;
    while (this.#inFlight < this.#windowMax && this.#sentMs[this.#next] === 0) {
      slots.patch(this.#next, timestampMs);
      this.#sentMs[this.#next] = nowMs;
      this.#inFlight++;
      if (++this.#next === slotCount) {
        this.#write(from, slotCount);
        from = this.#next = 0;
      }
    }
    if (this.#next > from) this.#write(from, this.#next);
  }

  #open(): Socket {
    const { host, port } = this.#options;
    const buffer = Buffer.allocUnsafe(readBufferBytes);
    const callback = (length: number) => {
      this.#read(buffer, length);
      return true;
    };
    const socket = connect({ host, port, noDelay: true, onread: { buffer, callback } });
    socket.on("connect", () => socket.write(connectFrame(this.#options)));
    socket.on("error", (error) => this.#lost(error));
    socket.on("close", () => this.#lost(new Error("the broker closed the connection")));
    return socket;
  }

  #read(buffer: Buffer, length: number): void {
    try {
      if (this.#state === "connecting") this.#readConnack(Buffer.from(buffer.subarray(0, length)));
      else if (this.#state === "publishing") this.#readAcks(buffer, length);
    } catch (error) {
      this.#lost(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #readConnack(chunk: Buffer): void {
    const accepted = this.#connack.push(chunk);
    if (accepted === undefined) return;
    this.#state = "ready";
    this.#windowMax = Math.min(this.#windowMax, accepted.receiveMaximum);
    this.#accepted();
  }

  #readAcks(buffer: Buffer, length: number): void {
    const inFlightBefore = this.#inFlight;
    this.#nowMs = performance.now();
    this.#parser.push(buffer, length);
    if (this.#inFlight < inFlightBefore) this.#wantTurn();
  }

  #acknowledged(slot: number, reasonCode: number): void {
    const sentMs = this.#sentMs[slot];
    if (sentMs === undefined || sentMs === 0)
      throw new Error(`an acknowledgement of packet ${slot + 1}, which is not in flight`);
    this.#sentMs[slot] = 0;
    this.#inFlight--;
    if (reasonCode >= 0x80) this.#options.measurement.rejected();
    else this.#options.measurement.acknowledged(this.#nowMs - sentMs);
  }

  #write(from: number, to: number): void {
    const frames = this.#options.slots.frames(from, to);
    if (this.#options.qos > 0) this.#socket.write(frames);
    else this.#socket.write(frames, () => this.#written(from, to));
  }

  #written(from: number, to: number): void {
    this.#nowMs = performance.now();
    for (let slot = from; slot < to; slot++) this.#acknowledged(slot, 0);
    this.#wantTurn();
  }

  #wantTurn(): void {
    if (this.#wantsTurn) return;
    this.#wantsTurn = true;
    this.#options.turn.add(this);
  }

  #lost(error: Error): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#socket.destroy();
    this.#options.onLost(error);
  }
}
