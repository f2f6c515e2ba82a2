// What a broker sends to a client that only publishes, as a stream in any pieces. Hot path: flat and free of allocation.
//
// PUBACK of MQTT 3.1.1 is always `40 02 idHi idLo`. MQTT 5 may append a reason code and properties. Everything else is passed
// over by its length (PINGRESP), but for DISCONNECT (MQTT 5): the connection ends, and its reason code says why.

const packetPuback = 4;
const packetDisconnect = 14;
/** A publisher is never sent more in one packet: reason strings and properties are short. */
const remainingLengthMax = 65_536;

export interface AckSink {
  /** @param reasonCode 0 for MQTT 3.1.1; 0x80 and above are refusals. */
  acknowledged(packetId: number, reasonCode: number): void;
  disconnected(reasonCode: number): void;
}

/** Throws if the bytes are no MQTT. */
export class AckParser {
  readonly #sink: AckSink;
  /** 0: fixed header, 1: remaining length, 2: body. */
  #phase: 0 | 1 | 2 = 0;
  #type = 0;
  #remaining = 0;
  #shift = 0;
  #bodyAt = 0;
  #packetId = 0;
  #reasonCode = 0;

  constructor(sink: AckSink) {
    this.#sink = sink;
  }

  /** Takes bytes [0, length) of the chunk, which may be reused afterwards. */
  push(chunk: Uint8Array, length: number): void {
    let at = 0;
    while (at < length) {
      // Nearly every packet: a whole PUBACK of four bytes.
      if (this.#phase === 0 && at + 4 <= length && chunk[at] === 0x40 && chunk[at + 1] === 2) {
        this.#sink.acknowledged(((chunk[at + 2] as number) << 8) | (chunk[at + 3] as number), 0);
        at += 4;
      } else {
        this.#takeByte(chunk[at] as number);
        at++;
      }
    }
  }

  #takeByte(byte: number): void {
    if (this.#phase === 0) {
      this.#type = byte >> 4;
      this.#remaining = 0;
      this.#shift = 0;
      this.#phase = 1;
    } else if (this.#phase === 1) {
      this.#takeLength(byte);
    } else {
      this.#takeBody(byte);
    }
  }

  #takeLength(byte: number): void {
    this.#remaining |= (byte & 0x7f) << this.#shift;
    this.#shift += 7;
    if (this.#remaining > remainingLengthMax || this.#shift > 28) throw new Error(`a packet of ${this.#remaining} bytes`);
    if ((byte & 0x80) !== 0) return;
    this.#bodyAt = 0;
    this.#packetId = 0;
    this.#reasonCode = 0;
    this.#phase = 2;
    if (this.#remaining === 0) this.#endPacket();
  }

  #takeBody(byte: number): void {
    const reasonAt = this.#type === packetPuback ? 2 : 0;
    if (this.#bodyAt < 2) this.#packetId = (this.#packetId << 8) | byte;
    if (this.#bodyAt === reasonAt) this.#reasonCode = byte;
    this.#bodyAt++;
    if (this.#bodyAt === this.#remaining) this.#endPacket();
  }

  #endPacket(): void {
    this.#phase = 0;
    if (this.#type === packetPuback) {
      if (this.#remaining < 2) throw new Error(`a PUBACK of ${this.#remaining} bytes`);
      this.#sink.acknowledged(this.#packetId, this.#reasonCode);
    } else if (this.#type === packetDisconnect) {
      this.#sink.disconnected(this.#reasonCode);
    }
  }
}
