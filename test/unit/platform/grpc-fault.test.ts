import { expect, test } from "vitest";
import { grpcFault } from "../../../src/platform/grpc-fault.ts";

test.each([
  [
    "No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:7070. Resolution note: ",
    "connect ECONNREFUSED 127.0.0.1:7070",
  ],
  [
    "No connection established. Last error: Failed to connect (2026-01-31T12:00:00.000Z). Resolution note: ",
    "Failed to connect",
  ],
  ["No connection established. Last error: alert 116\n (2026-01-31T12:00:00.000Z). Resolution note: ", "alert 116"],
  ["No connection established. Last error: x. Resolution note: no such host", "x; no such host"],
  ["write to database db: nothing was acknowledged", "write to database db: nothing was acknowledged"],
])("of %j it is said: %s", (details, fault) => {
  expect(grpcFault(details)).toBe(fault);
});
