import type { AddressInfo, Server } from "node:net";
import { messageOf, systemCodeOf, TidegateError } from "./errors.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Opens a listener and resolves to its actual address (port 0 becomes a free one).
 *
 * @param what names the setting in the message.
 * @throws PORT_IN_USE, LISTEN_FAILED
 */
export function listen(server: Server, address: Address, what: string): Promise<Address> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(listenError(error, address, what)));
    server.listen(address.port, address.host, () => {
      server.removeAllListeners("error");
      const { address: host, port } = server.address() as AddressInfo;
      resolve({ host, port });
    });
  });
}

/** The TidegateError for a failure to listen. */
export function listenError(error: unknown, address: Address, what: string): TidegateError {
  const place = `${what}: cannot listen on ${address.host}:${address.port}`;
  if (systemCodeOf(error) === "EADDRINUSE") {
    return new TidegateError("PORT_IN_USE", `${place}: the port is in use; stop the other program or configure another port`, {
      cause: error,
    });
  }
  return new TidegateError(
    "LISTEN_FAILED",
    `${place}: ${messageOf(error)}; use an address of this host and a port above 1023`,
    { cause: error },
  );
}
