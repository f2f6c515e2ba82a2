import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { generate, parser } from "mqtt-packet";
import { onTestFinished } from "vitest";

/** An MQTT 5 broker that answers each publish with the reason code that the test says. Ended when the test does. */
export async function scriptedMqttBroker(reasonCodeOf: (topic: string) => number, reasonString: string) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const packets = parser({ protocolVersion: 5 });
    const answer = (packet: Parameters<typeof generate>[0]) => socket.write(generate(packet, { protocolVersion: 5 }));
    packets.on("packet", (packet) => {
      if (packet.cmd === "connect") answer({ cmd: "connack", reasonCode: 0, sessionPresent: false });
      if (packet.cmd !== "publish") return;
      const { messageId = 0, topic } = packet;
      answer({ cmd: "puback", messageId, reasonCode: reasonCodeOf(topic), properties: { reasonString } });
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
  return { host: "127.0.0.1", port: address.port };
}
