import { expect, test } from "vitest";
import { WriteHealth } from "../../../src/collector/write-health.ts";
import type { Logger } from "../../../src/platform/logger.ts";

const failure = new Error("no route to host");

function health() {
  const said: string[] = [];
  const note = (_fields: unknown, message: string) => void said.push(message);
  const logger = { debug: note, info: note, warn: note, error: note } as unknown as Logger;
  return { said, health: new WriteHealth("kafka:9092", logger) };
}

test("that writes fail is said once, however many gateways it meets, and that all go on", () => {
  const { said, health: of } = health();
  of.note("gw-1", null);
  for (const key of ["gw-1", "gw-2", "gw-1"]) of.note(key, failure);
  of.note("gw-3", null);
  of.note("gw-1", null);
  expect(said).toEqual(["the store takes no writes"]);
  of.note("gw-2", null);
  of.note("gw-2", null);
  expect(said).toEqual(["the store takes no writes", "the store takes writes again"]);
});

test("a gateway that is served no more holds nothing up", () => {
  const { said, health: of } = health();
  of.note("gw-1", failure);
  of.forget("gw-1");
  of.note("gw-2", failure);
  expect(said).toEqual(["the store takes no writes", "the store takes no writes"]);
});
