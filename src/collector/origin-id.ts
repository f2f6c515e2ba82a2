// What a gateway may call itself. The ids become parts of keys, file names and metrics, so they are checked at the border.

import type { Origin } from "../model/origin.ts";

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** What is wrong with the ids of a Hello, or undefined if nothing is. */
export function originFault(origin: Origin): string | undefined {
  return idFault("gateway_id", origin.gatewayId) ?? idFault("log_id", origin.logId);
}

function idFault(field: string, id: string): string | undefined {
  if (idPattern.test(id)) return undefined;
  // A hostile id may be megabytes long; the message goes back to its sender and into the logger.
  const shown = JSON.stringify(id.slice(0, 40));
  return `${field} ${shown} of ${id.length} characters is not allowed; use 1 to 128 of A-Z a-z 0-9 . _ -, the first a letter or digit`;
}
