import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Lints one line as if it stood in that file; true if it is refused by the room boundaries. */
function isRefused(file: string, code: string): boolean {
  const biome = "node_modules/@biomejs/biome/bin/biome";
  const lint = spawnSync(process.execPath, [biome, "lint", `--stdin-file-path=${file}`], { input: code, encoding: "utf8" });
  return `${lint.stdout}${lint.stderr}`.includes("noRestrictedImports");
}

test.each([
  ["src/stream/x.ts", 'import { a } from "../broker/contract.ts";'],
  ["src/stream/x.ts", 'import { a } from "../log/level-log.ts";'],
  ["src/stream/x.ts", 'import { Level } from "level";'],
  ["src/alert/x.ts", 'import { a } from "../stream/driver.ts";'],
  ["src/model/x.ts", 'import { a } from "../platform/errors.ts";'],
  ["src/codec/x.ts", 'import { a } from "../log/log.ts";'],
  ["src/log/x.ts", 'import { a } from "../codec/payload.ts";'],
  ["src/ingest/x.ts", 'import { a } from "../broker/broker.ts";'],
  ["src/forward/x.ts", 'import { a } from "../gateway.ts";'],
  ["src/collector/x.ts", 'import { a } from "../log/log.ts";'],
  ["src/http/x.ts", 'import { a } from "../log/log.ts";'],
  ["src/cli/x.ts", 'import { a } from "../log/level-log.ts";'],
  ["src/broker/x.ts", 'import { a } from "mqtt";'],
  ["device-sim/x.ts", 'import { a } from "../src/model/reading.ts";'],
  ["src/forward/x.ts", 'import { a } from "../../device-sim/outbox.ts";'],
])("in %s the line %s is a lint error", (file, code) => {
  expect(isRefused(file, `${code}\nexport const b = a;\n`)).toBe(true);
});

test.each([
  ["src/stream/x.ts", 'import type { Log } from "../log/log.ts";'],
  ["src/alert/x.ts", 'import type { Operator } from "../stream/contract.ts";'],
  ["src/gateway.ts", 'import { a } from "./log/level-log.ts";'],
])("in %s the line %s is allowed", (file, code) => {
  expect(isRefused(file, code)).toBe(false);
});

test("ARCHITECTURE.md names every room", () => {
  const text = readFileSync("ARCHITECTURE.md", "utf8");
  const rooms = readdirSync("src", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of rooms) expect(text).toContain(`| \`${name}\` |`);
});
