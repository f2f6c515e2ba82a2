import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { generate, type Packet, parser } from "mqtt-packet";
import { onTestFinished } from "vitest";

interface Script {
  readonly reasonCodeOf: (topic: string) => number;
  readonly reasonString?: string;
  readonly receiveMaximum?: number;
}

/**
 * An MQTT 5 broker that answers each publish as the test says, some turns after it has come. Ended when the test does.
 * `inflightSeen` counts messages that had no answer yet.
 */
export async function scriptedMqttBroker({ reasonCodeOf, reasonString = "", receiveMaximum = 65_535 }: Script) {
  const sockets = new Set<Socket>();
  let [inflight, inflightSeen] = [0, 0];
  const server = createServer((socket) => {
    sockets.add(socket);
    const packets = parser({ protocolVersion: 5 });
    const answer = (packet: Packet) => socket.write(generate(packet, { protocolVersion: 5 }));
    packets.on("packet", (packet) => {
      if (packet.cmd === "connect") {
        answer({ cmd: "connack", reasonCode: 0, sessionPresent: false, properties: { receiveMaximum } });
      }
      if (packet.cmd !== "publish") return;
      const { messageId = 0, topic } = packet;
      inflight += 1;
      inflightSeen = Math.max(inflightSeen, inflight);
      setImmediate(() => {
        inflight -= 1;
        answer({ cmd: "puback", messageId, reasonCode: reasonCodeOf(topic), properties: { reasonString } });
      });
    });
    socket.on("data", (chunk) => packets.parse(chunk));
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
  return { address: { host: "127.0.0.1", port: address.port }, inflightSeen: () => inflightSeen };
}
