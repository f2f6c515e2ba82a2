import { expect, test } from "vitest";
import { type PostgresVerdict, postgresVerdict } from "../../../src/forward/sinks/postgres-answer.ts";

test.each<[string, PostgresVerdict, string]>([
  ["22003", "rejected", "a number that is out of range"],
  ["23514", "rejected", "a check constraint"],
  ["23505", "rejected", "another unique key"],
  ["54000", "rejected", "a row that is too large for its index"],
  ["P0001", "rejected", "what a trigger raises"],
  ["40P01", "wait", "a deadlock"],
  ["53100", "wait", "a full disk"],
  ["55P03", "wait", "a lock"],
  ["57014", "wait", "a statement that took too long"],
  ["53300", "unreachable", "too many connections"],
  ["57P01", "unreachable", "a server that stops"],
  ["08006", "unreachable", "a connection that breaks"],
  ["XX000", "unreachable", "a fault of the server"],
  ["28P01", "refused", "a wrong password"],
  ["3D000", "refused", "no such database"],
  ["42P01", "refused", "no such table"],
  ["42501", "refused", "no permission"],
  ["42P10", "refused", "no unique key"],
  ["25006", "refused", "a server that is read-only"],
])("SQLSTATE %s is %s: %s", (code, verdict) => {
  expect(postgresVerdict(Object.assign(new Error("words"), { code }))).toBe(verdict);
});

test("an error without a SQLSTATE is one of the connection", () => {
  expect(postgresVerdict(new Error("Connection terminated"))).toBe("unreachable");
  expect(postgresVerdict(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }))).toBe("unreachable");
});
