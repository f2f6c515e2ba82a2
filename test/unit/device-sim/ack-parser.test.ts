import fc from "fast-check";
import { generate } from "mqtt-packet";
import { expect, it } from "vitest";
import { AckParser } from "../../../device-sim/load/ack-parser.ts";

type Seen = ["ack", packetId: number, reasonCode: number] | ["disconnect", reasonCode: number];

function parse(pieces: readonly Uint8Array[]): Seen[] {
  const seen: Seen[] = [];
  const parser = new AckParser({
    acknowledged: (packetId, reasonCode) => seen.push(["ack", packetId, reasonCode]),
    disconnected: (reasonCode) => seen.push(["disconnect", reasonCode]),
  });
  for (const piece of pieces) parser.push(piece, piece.length);
  return seen;
}

const packetId = fc.integer({ min: 1, max: 65_535 });
const ack4 = packetId.map((messageId) => ({
  bytes: generate({ cmd: "puback", messageId }),
  seen: [["ack", messageId, 0]] as Seen[],
}));
const reasonString = fc.option(fc.string({ maxLength: 300 }), { nil: undefined });
const ack5 = fc.record({ messageId: packetId, reasonCode: fc.constantFrom(0, 0x10, 0x87, 0x97), reasonString }).map((ack) => ({
  bytes: generate(
    {
      cmd: "puback",
      messageId: ack.messageId,
      reasonCode: ack.reasonCode,
      ...(ack.reasonString === undefined ? {} : { properties: { reasonString: ack.reasonString } }),
    },
    { protocolVersion: 5 },
  ),
  seen: [["ack", ack.messageId, ack.reasonCode]] as Seen[],
}));
const ping = fc.constant({ bytes: generate({ cmd: "pingresp" }), seen: [] as Seen[] });
const disconnect = fc.constantFrom(0x81, 0x93).map((reasonCode) => ({
  bytes: generate({ cmd: "disconnect", reasonCode }, { protocolVersion: 5 }),
  seen: [["disconnect", reasonCode]] as Seen[],
}));

it("reads the same acknowledgements however the stream is cut", () => {
  const packets = fc.array(fc.oneof({ weight: 4, arbitrary: ack4 }, ack5, ping, disconnect), { maxLength: 40 });
  fc.assert(
    fc.property(packets, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (packets, cuts) => {
      const stream = Buffer.concat(packets.map(({ bytes }) => bytes));
      const pieces: Buffer[] = [];
      for (let at = 0; at < stream.length; ) {
        const end = at + cuts.next().value;
        pieces.push(stream.subarray(at, end));
        at = end;
      }
      const expected = packets.flatMap(({ seen }) => seen);
      expect(parse(pieces)).toEqual(expected);
      expect(parse([stream])).toEqual(expected);
    }),
  );
});

it("bytes behind the given length are not read", () => {
  const seen: number[] = [];
  const parser = new AckParser({ acknowledged: (packetId) => seen.push(packetId), disconnected: () => {} });
  parser.push(Buffer.from([0x40, 2, 0, 1, 0x40, 2, 0, 2]), 4);
  expect(seen).toEqual([1]);
});

it("what is no MQTT is told, not waited for", () => {
  expect(() => parse([Buffer.from([0x40, 0xff, 0xff, 0xff, 0x7f])])).toThrow();
  expect(() => parse([Buffer.from([0x40, 1, 0])])).toThrow("a PUBACK of 1 bytes");
});
