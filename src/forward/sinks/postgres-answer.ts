// What an error of PostgreSQL says about a statement, by its SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html). Pure.

import { systemCodeOf } from "../../platform/errors.ts";

/**
 * - `rejected`: a row in it cannot be stored, whenever it is sent.
 * - `wait`: not now, while the connection is fine.
 * - `refused`: what is configured or allowed is at fault.
 * - `unreachable`: the connection or the server is.
 */
export type PostgresVerdict = "rejected" | "wait" | "refused" | "unreachable";

/** The longest beginning decides. */
const verdicts: Readonly<Record<string, PostgresVerdict>> = {
  // Data exception, integrity constraint, program limit exceeded (a row that is too large), an exception that a trigger raises.
  "22": "rejected",
  "23": "rejected",
  "54": "rejected",
  P0001: "rejected",
  // Serialization and deadlock; disk full, out of memory; lock not available; statement timeout.
  "40": "wait",
  "53": "wait",
  "55P03": "wait",
  "57014": "wait",
  "53300": "unreachable",
  // Authorization; no such database, schema, table, column or unique key, no permission; not supported; the server is read-only.
  "28": "refused",
  "3D": "refused",
  "3F": "refused",
  "42": "refused",
  "0A": "refused",
  "25006": "refused",
};

export function postgresVerdict(error: unknown): PostgresVerdict {
  const sqlState = systemCodeOf(error) ?? "";
  return verdicts[sqlState] ?? verdicts[sqlState.slice(0, 2)] ?? "unreachable";
}
