import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

interface SilentServer {
  readonly port: number;
  readonly connected: Promise<unknown>;
  /** The first connection is closed by the other side. */
  readonly closed: Promise<unknown>;
}

/** Takes connections and never says a word. */
export async function silentServer(): Promise<SilentServer> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    onTestFinished(() => void socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const connected = once(server, "connection");
  const closed = connected.then(([socket]: Socket[]) => {
    socket?.resume();
    return once(socket as Socket, "close");
  });
  return { port: (server.address() as AddressInfo).port, connected, closed };
}
