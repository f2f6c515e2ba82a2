import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { tempDir } from "../../support/temp-dir.ts";

/** Folder and a line that must not stand in a file of it. */
const refused = [
  ["src/stream", 'import { a } from "../broker/contract.ts";'],
  ["src/stream", 'import { a } from "../log/level-log.ts";'],
  ["src/stream", 'import { Level } from "level";'],
  ["src/alert", 'import { a } from "../stream/driver.ts";'],
  ["src/stream", 'import { Environment } from "@marcbachmann/cel-js";'],
  ["src/config", 'import { Environment } from "@marcbachmann/cel-js";'],
  ["src/model", 'import { a } from "../platform/errors.ts";'],
  ["src/codec", 'import { a } from "../log/log.ts";'],
  ["src/log", 'import { a } from "../codec/payload.ts";'],
  ["src/ingest", 'import { a } from "../broker/broker.ts";'],
  ["src/forward", 'import { a } from "../gateway.ts";'],
  ["src/forward", 'import { a } from "../codec/postgres-values.ts";'],
  ["src/forward", 'import { a } from "../config/schema.ts";'],
  ["src/collector", 'import { a } from "../log/log.ts";'],
  ["src/log", 'import { a } from "pg";'],
  ["device-sim", 'import { a } from "pg";'],
  ["src/notify", 'import { a } from "../ingest/announcer.ts";'],
  ["src/notify", 'import { a } from "../log/level-log.ts";'],
  ["src/notify", 'import { a } from "../codec/payload.ts";'],
  ["src/notify", 'import { z } from "zod";'],
  ["src/ingest", 'import { a } from "../notify/alert-desk.ts";'],
  ["src/http", 'import { a } from "../notify/alert-board.ts";'],
  ["src/http", 'import { a } from "../log/log.ts";'],
  ["src/cli", 'import { a } from "../log/level-log.ts";'],
  ["src/broker", 'import { a } from "mqtt";'],
  ["src/broker", 'import { a } from "amqplib";'],
  ["src/notify", 'import { a } from "@nats-io/jetstream";'],
  ["device-sim", 'import { a } from "@platformatic/kafka";'],
  ["device-sim", 'import { a } from "../src/model/reading.ts";'],
  ["src/forward", 'import { a } from "../../device-sim/outbox.ts";'],
] as const;

const allowed = [
  ["src/stream", 'import type { Log } from "../log/log.ts";'],
  ["src/alert", 'import type { Operator } from "../stream/contract.ts";'],
  ["src/alert", 'import { Environment } from "@marcbachmann/cel-js";'],
  ["src/collector", 'import type a from "pg";'],
  ["src/collector", 'import { a } from "@nats-io/jetstream";'],
  ["src/platform", 'import { a } from "@nats-io/transport-node";'],
  ["src/collector", 'import { a } from "../codec/record-payload.ts";'],
  ["src/platform", 'import type { a } from "@platformatic/kafka";'],
  ["src/forward", 'import type a from "pg";'],
  ["src/forward", 'import type { a } from "mqtt";'],
  ["src/notify", 'import { a } from "../codec/block-codec.ts";'],
  ["src/notify", 'import { a } from "../log/cursor.ts";'],
  ["src", 'import { a } from "./log/level-log.ts";'],
] as const;

/** Lints a file for each line in a tree of its own, with our configuration; the files that the room boundaries refuse. */
async function refusedFiles(lines: readonly (readonly [folder: string, line: string])[]): Promise<boolean[]> {
  const root = await tempDir();
  for (const file of ["biome.json", ".gitignore"]) copyFileSync(file, join(root, file));
  for (const [index, [folder, line]] of lines.entries()) {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, `line-${index}.ts`), `${line}\nexport const b = a;\n`);
  }
  const biome = resolve("node_modules/@biomejs/biome/bin/biome");
  const lint = spawnSync(process.execPath, [biome, "lint", "--max-diagnostics=none", "."], { cwd: root, encoding: "utf8" });
  const output = `${lint.stdout}${lint.stderr}`;
  return lines.map((_, index) => new RegExp(`line-${index}\\.ts:\\S+ lint/style/noRestrictedImports`).test(output));
}

test("a wrong import between rooms, or of another room's package, is a lint error", async () => {
  expect(await refusedFiles(refused)).toEqual(refused.map(() => true));
});

test("a right one is not", async () => {
  expect(await refusedFiles(allowed)).toEqual(allowed.map(() => false));
});

test("ARCHITECTURE.md names every room", () => {
  const text = readFileSync("ARCHITECTURE.md", "utf8");
  const rooms = readdirSync("src", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of rooms) expect(text).toContain(`| \`${name}\` |`);
});
