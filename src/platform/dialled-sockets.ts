// Some client libraries leave the socket of an attempt open when the other side takes the connection and says nothing: they give up,
// the socket stays. A gateway that tries for weeks would collect one an attempt, and could not end while one is open. Here the sockets
// that a library makes while it connects are noted, and destroyed when the attempt fails or is given up.

import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

const made = new AsyncLocalStorage<Socket[]>();
let isSubscribed = false;

/** What `connect` gives, on the newest socket that it made; the others are destroyed, and that one too when it fails or `signal` is aborted. */
export async function withOwnSockets<Connection>(
  connect: () => Promise<Connection>,
  signal?: AbortSignal,
): Promise<Connection> {
  noteSockets();
  const sockets: Socket[] = [];
  const destroy = () => destroyAll(sockets);
  signal?.addEventListener("abort", destroy, { once: true });
  try {
    const connection = await made.run(sockets, connect);
    destroyAll(sockets.slice(0, -1));
    return connection;
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal?.removeEventListener("abort", destroy);
  }
}

function noteSockets(): void {
  if (isSubscribed) return;
  isSubscribed = true;
  subscribe("net.client.socket", (message) => made.getStore()?.push((message as { socket: Socket }).socket));
}

function destroyAll(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy();
}
