// What sinks over a network say when a connection is of no use.

import { messageOf, TidegateError } from "../../platform/errors.ts";
import type { TlsOptions } from "../../platform/tls-client.ts";
import { clientFault, tlsFault, tlsUseOf } from "../../platform/tls-fault.ts";

/** SINK_UNREACHABLE. */
export function unreachableError(target: string, what: string, cause?: unknown): TidegateError {
  return new TidegateError("SINK_UNREACHABLE", `forward to ${target}: ${what}; the log keeps everything`, {
    details: { target },
    cause,
  });
}

/** SINK_REFUSED. `what` ends with the remedy. */
export function refusedError(target: string, what: string, cause?: unknown): TidegateError {
  return new TidegateError("SINK_REFUSED", `forward to ${target}: ${what}`, { details: { target }, cause });
}

/** How a sink's connection is encrypted, and to which host it goes. */
export interface EncryptedTo {
  readonly tls: TlsOptions | undefined;
  readonly host: string;
}

/** SINK_REFUSED if its encryption is why there is no connection, or null. */
export function tlsRefusal(target: string, error: unknown, to: EncryptedTo): TidegateError | null {
  const fault = tlsFault(error, tlsUseOf(to.tls, to.host));
  return fault === null ? null : refusedError(target, fault, error);
}

/** The same of an attempt to connect. A server that refuses a certificate may close before its reason is read: then it is a guess. */
export function connectRefusal(target: string, error: unknown, to: EncryptedTo): TidegateError | null {
  const refusal = tlsRefusal(target, error, to);
  if (refusal !== null || to.tls === undefined || !/\b(ECONNRESET|EPIPE)\b/.test(messageOf(error))) return refusal;
  return unreachableError(target, `${messageOf(error)}; perhaps ${clientFault(tlsUseOf(to.tls, to.host))}`, error);
}

/** What has no fate when the connection is closed on purpose. */
export function closedError(target: string): TidegateError {
  return unreachableError(target, "the connection was closed");
}
