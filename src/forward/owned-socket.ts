// grpc-js closes a connection politely: it waits for the peer. A peer behind a stalled link never answers, so a gateway that
// tries for weeks would collect a socket an attempt until the process has no file descriptors left. A link therefore
// takes note of the socket that its channel makes, and destroys it when it ends.
//
// With TLS the connection is secured here, too. grpc-js names an IP address as server name, which Node.js warns of, and gives a text
// of the fault where its code is needed.

import { isIP, type Socket } from "node:net";
import { checkServerIdentity, connect, type TLSSocket } from "node:tls";
import { type ChannelCredentials, credentials } from "@grpc/grpc-js";
import type { LinkMaterial } from "./collector-certificates.ts";

export interface Encryption {
  readonly material: LinkMaterial;
  /** Name or IP address that the server's certificate must have. */
  readonly serverName: string;
  /** To be called when the connection is encrypted. */
  encrypted(): void;
  /** To be called with what goes wrong, also later: a server looks at the client's certificate when it is encrypted (TLS 1.3). */
  failed(error: Error): void;
}

/** Credentials of a channel that tell of every socket the channel makes, as soon as it is connected. `encryption` null: none. */
export function ownedCredentials(onSocket: (socket: Socket) => void, encryption: Encryption | null): ChannelCredentials {
  const own = credentials.createInsecure();
  const createConnector = own._createSecureConnector.bind(own);
  own._createSecureConnector = (...options) => {
    const connector = createConnector(...options);
    return {
      async connect(socket) {
        onSocket(socket);
        if (encryption === null) return connector.connect(socket);
        const encrypted = await encrypt(socket, encryption).catch((error: Error) => {
          encryption.failed(error);
          throw error;
        });
        return { socket: encrypted, secure: true };
      },
      waitForReady: () => connector.waitForReady(),
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
    };
  };
  return own;
}

/** It goes down with the socket below it. */
function encrypt(socket: Socket, encryption: Encryption): Promise<TLSSocket> {
  const { material, serverName } = encryption;
  return new Promise((resolve, reject) => {
    const encrypted = connect({
      ...material,
      socket,
      ALPNProtocols: ["h2"],
      // RFC 6066 §3: no IP addresses.
      ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
      checkServerIdentity: (_, certificate) => checkServerIdentity(serverName, certificate),
    });
    encrypted.once("secureConnect", () => {
      encryption.encrypted();
      resolve(encrypted);
    });
    encrypted.once("close", () => reject(new Error("the connection was closed")));
    encrypted.on("error", (error) => {
      encryption.failed(error);
      reject(error);
    });
  });
}
