import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { postgresForTests } from "../support/postgres.ts";
import { CollectorProcess, Program, runToEnd } from "../support/programs.ts";
import { RawGateway } from "../support/raw-gateway.ts";
import { readingBlock, readingsFrom } from "../support/records.ts";
import { isMissing } from "../support/servers.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Sends 10 readings, 5 of them twice, and leaves out 5. */
async function sendReadings(port: number): Promise<void> {
  const gateway = new RawGateway(port);
  await gateway.hello();
  for (const [firstOffset, count] of [
    [0, 5],
    [0, 5],
    [10, 5],
  ] as const) {
    gateway.send({ batch: { lane: 1, firstOffset, count, block: readingBlock(readingsFrom(firstOffset, count)) } });
  }
  gateway.end();
  await expect(gateway.failure()).rejects.toThrow("ended the stream");
}

const expected = [
  "gateway gw-1, log log-1",
  "  readings  received 10, duplicates 5, lost 0, missing 5 (5 to 10), next offset 5 of 15",
  "  results   received 0, duplicates 0, lost 0, missing 0, next offset 0 of 0",
  "  alerts    received 0, duplicates 0, lost 0, missing 0, next offset 0 of 0",
  "in all: received 10, lost 0, missing 5",
];

const reportOf = (...args: readonly string[]) => runToEnd("tidegate", ["collector", "report", ...args]);

test("tidegate collector report asks a running collector, and reads the directory of a stopped one", async () => {
  const collector = new CollectorProcess(await tempDir());
  await collector.start();
  await sendReadings(collector.port);
  const address = `127.0.0.1:${collector.port}`;
  expect((await reportOf("--connect", address)).stdout).toEqual(expected);
  const json = await reportOf("--connect", address, "--json");
  const { origins } = JSON.parse(json.stdout.join("\n"));
  expect(origins[0].lanes.readings).toMatchObject({ received: 10, duplicates: 5, missing: [{ start: 5, end: 10 }] });
  expect((await reportOf("--connect", address, "--gateway", "other")).stdout).toEqual([
    "in all: received 0, lost 0, missing 0",
  ]);
  const locked = await reportOf("--data", collector.dataDirectory);
  expect([await locked.exit(), locked.stderr.join("\n")]).toEqual([73, expect.stringContaining("[DATA_DIR_LOCKED]")]);
  await collector.stop();
  expect((await reportOf("--data", collector.dataDirectory)).stdout).toEqual(expected);
  const gone = await reportOf("--connect", address);
  expect([await gone.exit(), gone.stderr.join("\n")]).toEqual([69, expect.stringContaining("[COLLECTOR_UNREACHABLE]")]);
  expect(await (await reportOf("--connect", address, "--data", ".")).exit()).toBe(64);
});

test("tidegate check --collector finds what is wrong with a collector's config and its TLS files", async () => {
  const file = join(await tempDir(), "collector.yaml");
  await writeFile(file, "tls: { cert: /nowhere/cert.pem, key: /nowhere/key.pem }\n");
  const check = await runToEnd("tidegate", ["check", "--collector", "-c", file]);
  expect(await check.exit()).toBe(78);
  for (const field of ["tls.cert", "tls.key"])
    expect(check.stderr.join("\n")).toMatch(new RegExp(`${field} cannot be read: ENOENT`));
  expect(await (await runToEnd("tidegate", ["collector", "-c", file])).exit()).toBe(78);
  await writeFile(file, 'listen: "127.0.0.1:0"\n');
  expect((await runToEnd("tidegate", ["check", "--collector", "-c", file])).stdout).toEqual([`${file} is valid`]);
  expect(await (await runToEnd("tidegate", ["check", "-c", file])).exit()).toBe(78);
});

describe.skipIf(isMissing("postgres"))("with a PostgreSQL server", () => {
  const server = postgresForTests();

  test("tidegate collector stores in the database of its config, and report reads it, running or not", async () => {
    const file = join(await tempDir(), "collector.yaml");
    const url = await server().newDatabase();
    await writeFile(file, `listen: "127.0.0.1:0"\nstore: { kind: postgres, url: "${url}" }\n`);
    const collector = new Program("tidegate", ["collector", "-c", file]);
    const [, port, database] = await collector.line(/grpc 127\.0\.0\.1:(\d+), database (\S+)/);
    expect(database).toBe(url.replace("postgres://tidegate@", ""));
    await sendReadings(Number(port));
    expect((await reportOf("-c", file)).stdout).toEqual(expected);
    expect(await collector.kill("SIGTERM")).toBe(0);
    expect((await reportOf("-c", file)).stdout).toEqual(expected);
    const confused = await runToEnd("tidegate", ["collector", "-c", file, "--data", "elsewhere"]);
    expect([await confused.exit(), confused.stderr.join("\n")]).toEqual([64, expect.stringContaining("embedded store")]);
  });
});
