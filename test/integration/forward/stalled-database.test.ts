// A database behind a link that takes nothing any more never takes the goodbye either: whoever tries again for weeks must not leave a
// socket behind each time.

import { once } from "node:events";
import { createServer, Socket } from "node:net";
import type { Client } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { PostgresClient } from "../../../src/forward/sinks/postgres-client.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { numberedBatch, origin } from "../../support/sink-batches.ts";

/** More than the buffers of two sockets hold. */
const bytesTooMany = 64 * 1024 * 1024;

/** A server that accepts and reads nothing. */
async function stalledServer(): Promise<number> {
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on("error", () => {});
    onTestFinished(() => void socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** What the driver does with a socket: writes a statement, writes a goodbye, waits for an answer. */
function driverOf(socket: Socket): Client {
  const query = () => {
    socket.write(Buffer.alloc(bytesTooMany));
    return new Promise((_, reject) => socket.once("close", () => reject(new Error("Connection terminated"))));
  };
  const end = async () => void socket.write("X");
  return { query, end, once: () => {}, on: () => {} } as unknown as Client;
}

test("the socket is given up when the server does not take what was written", async () => {
  const socket = new Socket();
  socket.on("error", () => {});
  socket.connect(await stalledServer(), "127.0.0.1");
  await once(socket, "connect");
  const clock = new FakeClock();
  const client = new PostgresClient({
    client: driverOf(socket),
    socket,
    clock,
    target: "nowhere",
    origin,
    schema: "public",
    lost: () => {},
    answered: () => {},
  });
  onTestFinished(() => void socket.destroy());
  const write = client.write(numberedBatch(0, 1)).catch((error: unknown) => error);
  await new Promise(setImmediate);
  const closed = client.close();
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
  clock.advanceMs(1000);
  await closed;
  expect(socket.destroyed).toBe(true);
  expect(await write).toMatchObject({ code: "SINK_UNREACHABLE" });
  expect(clock.timers).toBe(0);
});
