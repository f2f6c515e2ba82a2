// What sinks over a network say when a connection is of no use.

import { TidegateError } from "../../platform/errors.ts";

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

/** What has no fate when the connection is closed on purpose. */
export function closedError(target: string): TidegateError {
  return unreachableError(target, "the connection was closed");
}
