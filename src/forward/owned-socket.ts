// grpc-js closes a connection politely: it waits for the peer. A peer behind a stalled link never answers, so a gateway that
// tries for weeks would collect a socket an attempt until the process has no file descriptors left. A link therefore
// takes note of the socket that its channel makes, and destroys it when it ends.

import type { Socket } from "node:net";
import { type ChannelCredentials, credentials } from "@grpc/grpc-js";

/** Credentials of an unencrypted channel that tell of every socket the channel makes, as soon as it is connected. */
export function insecureCredentials(onSocket: (socket: Socket) => void): ChannelCredentials {
  const own = credentials.createInsecure();
  const createConnector = own._createSecureConnector.bind(own);
  own._createSecureConnector = (...options) => {
    const connector = createConnector(...options);
    return {
      connect(socket) {
        onSocket(socket);
        return connector.connect(socket);
      },
      waitForReady: () => connector.waitForReady(),
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
    };
  };
  return own;
}
