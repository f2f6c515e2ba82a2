// Sinks that promise exactly once, fed by a gateway that is killed under load: what they hold in the end is what the log holds.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { CountedLoad } from "../support/counted-load.ts";
import { openMqttUpstream, writer } from "../support/mqtt-upstream.ts";
import { natsUser, openNatsUpstream } from "../support/nats-upstream.ts";
import { postgresForTests } from "../support/postgres.ts";
import { GatewayProcess, runToEnd } from "../support/programs.ts";
import { seededRandom, testSeed } from "../support/seeded-random.ts";
import { isMissing } from "../support/servers.ts";
import { tempDir } from "../support/temp-dir.ts";

const kills = 6;
const answersMax = 1500;
const killDelayMsMax = 1200;

/** The moment of a kill is a moment, so here time is waited for. */
function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function linesIn(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.startsWith("readings-"));
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), "utf8")));
  return texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
}

function byOffset(one: string, other: string): number {
  return JSON.parse(one).offset - JSON.parse(other).offset;
}

/** Kills the gateway again and again under load, and lets its sinks drain in the end. The readings of its log, as lines. */
async function logAfterKills(
  gateway: GatewayProcess,
  sinkNames: readonly string[],
  random: () => number,
): Promise<readonly string[]> {
  await gateway.start();
  const load = new CountedLoad({ url: () => gateway.url, clients: 6, windowMax: 12, random });
  onTestFinished(() => load.disconnect());
  for (let kill = 1; kill <= kills; kill++) {
    await load.start();
    await gateway.whileRunning(load.untilAnswers(load.answers + 1 + Math.floor(random() * answersMax)));
    // The checkpoint is written once a second: the kill is to hit what lies between two of them.
    await passed(random() * killDelayMsMax);
    await gateway.kill();
    await load.disconnect();
    await gateway.start();
  }
  await load.start(false);
  await gateway.whileRunning(load.untilAllAnswered());
  const drained = await gateway.until(({ sinks }) =>
    sinkNames.every((sink) => Object.values(sinks[sink]?.lanes ?? {}).every((lane) => lane.backlogRecords === 0)),
  );
  await gateway.stop();
  const place = ["--data", gateway.dataDirectory, "--lane", "readings", "--gateway", "test-gateway"];
  const { stdout } = await runToEnd("tidegate", ["log", "export", ...place]);
  expect(stdout).toHaveLength(drained.readings.stored);
  return stdout;
}

describe.skipIf(isMissing("postgres"))("with PostgreSQL", () => {
  const server = postgresForTests();

  test(`files and tables hold each record once, as the log has it, after ${kills} kills under load`, async () => {
    const random = seededRandom(testSeed());
    const [directory, url] = [await tempDir(), await server().newDatabase()];
    const files = join(directory, "files");
    const place = `address: "${new URL(url).host}", database: ${new URL(url).pathname.slice(1)}, user: tidegate`;
    const gateway = new GatewayProcess(
      directory,
      `forward:
  sinks:
    - {kind: file, name: files, path: "${files}/{lane}", fileSizeMax: 64KiB, linger: 0ms}
    - {kind: postgres, name: warehouse, ${place}, linger: 0ms}
windows: [{name: second, size: 1s}]
`,
    );
    const log = await logAfterKills(gateway, ["files", "warehouse"], random);
    expect((await linesIn(files)).sort(byOffset)).toEqual(log);
    const rows = await server().query<{ log_offset: string; value_number: number }>(
      url,
      "SELECT log_offset, value_number FROM tidegate_sink.readings ORDER BY log_offset",
    );
    const expected = log.map((line) => JSON.parse(line)).map(({ offset, value }) => [offset, value]);
    expect(rows.map(({ log_offset, value_number }) => [Number(log_offset), value_number])).toEqual(expected);
    const [results] = await server().query<{ count: string; distinct: string }>(
      url,
      "SELECT count(*), count(DISTINCT log_offset) AS distinct FROM tidegate_sink.results",
    );
    expect(Number(results?.count)).toBeGreaterThan(0);
    expect(results?.count).toBe(results?.distinct);
  }, 120_000);
});

describe.skipIf(["nats-server", "mosquitto"].some(isMissing))("with NATS and Mosquitto", () => {
  test(`a stream holds each record once, and a subscriber gets each at least once, after ${kills} kills under load`, async () => {
    const [directory, stream, broker] = [await tempDir(), await openNatsUpstream(), await openMqttUpstream([])];
    const gateway = new GatewayProcess(
      directory,
      `forward:
  sinks:
    - {kind: nats, name: stream, servers: ["127.0.0.1:${stream.port}"], username: ${natsUser.username}, password: ${natsUser.password}, create: {}, linger: 0ms}
    - {kind: mqtt, name: broker, address: "127.0.0.1:${broker.address.port}", username: ${writer.username}, password: ${writer.password}, linger: 0ms}
windows: [{name: second, size: 1s}]
`,
    );
    const log = (await logAfterKills(gateway, ["stream", "broker"], seededRandom(testSeed()))).map((line) => JSON.parse(line));
    const readingsOf = (records: readonly { readonly lane: string; readonly fields: unknown }[]) =>
      records.filter(({ lane }) => lane === "readings").map(({ fields }) => fields as { readonly offset: number });
    const inOrder = (records: readonly { readonly offset: number }[]) =>
      [...records].sort((one, other) => one.offset - other.offset);
    expect(inOrder(readingsOf(await stream.received()))).toEqual(log);
    const published = new Map(readingsOf(await broker.received()).map((reading) => [reading.offset, reading]));
    expect(inOrder([...published.values()])).toEqual(log);
  }, 120_000);
});
