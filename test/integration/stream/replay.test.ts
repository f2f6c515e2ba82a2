// Promise P6: the same log in, the same results and alerts out; other windows and rules over it show what they would have said.

import { describe, expect, test } from "vitest";
import type { Log } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import type { Operator } from "../../../src/stream/contract.ts";
import { StreamDriver } from "../../../src/stream/driver.ts";
import type { Said } from "../../../src/stream/recorded-by-cause.ts";
import { type Difference, type ReplayOptions, replayDifferences, replayLog } from "../../../src/stream/replay.ts";
import { WindowOperator } from "../../../src/stream/windows/window-operator.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { reading } from "../../support/log-appends.ts";
import { alertsOf, appended, resultsOf } from "../../support/log-contents.ts";
import { Metronome } from "../../support/metronome.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { fixtureOperators, fixtureReadings, runToEnd, until } from "../../support/stream-fixture.ts";
import { tumbling } from "../../support/window-definitions.ts";

const logger = createLogger("silent");

/** A log of 40 commits, a second apart, and what the fixture's windows and rules said about it. */
async function recordedLog(clock = new FakeClock()): Promise<Log> {
  const log = createMemoryLog({ clock, segmentLimits: { bytesMax: 400, spanMs: 1e9 } });
  const readings = fixtureReadings(400, seededRandom(21));
  for (let from = 0; from < readings.length; from += 10) {
    await appended(log, { readings: readings.slice(from, from + 10) });
    clock.advanceMs(1000);
  }
  await runToEnd(new StreamDriver({ log, operators: fixtureOperators(), clock, logger }));
  return log;
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const gathered: Item[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}

const said = (options: ReplayOptions): Promise<Said[]> => all(replayLog(options));
const differences = (options: ReplayOptions): Promise<Difference[]> => all(replayDifferences(options));
const ofLane = (lane: Said["lane"], list: readonly Said[]) =>
  list.filter((one) => one.lane === lane).map(({ record }) => record);

describe("a replay", () => {
  test("of the same windows and rules says what was recorded, and nothing differs", async () => {
    const log = await recordedLog();
    const replayed = await said({ log, operators: fixtureOperators() });
    expect(ofLane("results", replayed)).toEqual(await resultsOf(log));
    expect(ofLane("alerts", replayed)).toEqual(await alertsOf(log));
    const causes = replayed.map(({ record }) => record.causeOffset);
    expect(causes).toEqual([...causes].sort((one, other) => one - other));
    expect(await differences({ log, operators: fixtureOperators() })).toEqual([]);
  });

  test("says what time said: ticks are part of the log", async () => {
    const clock = new FakeClock();
    const log = createMemoryLog({ clock });
    await appended(log, { readings: [reading(1)] });
    const operators = (): Operator[] => [new Metronome(3)];
    const driver = new StreamDriver({ log, operators: operators(), clock, logger });
    await driver.start();
    await until(() => {
      clock.advanceMs(100);
      return log.bounds("alerts").endOffset === 3;
    });
    await driver.close();
    expect(ofLane("alerts", await said({ log, operators: operators() }))).toEqual(await alertsOf(log));
    expect(await differences({ log, operators: operators() })).toEqual([]);
  });

  test("changes nothing in the log", async () => {
    const log = await recordedLog();
    const before = await log.readCheckpoints("");
    await said({
      log,
      operators: [new WindowOperator(tumbling({ name: "other", sizeUs: 7 }))],
    });
    expect(await log.readCheckpoints("")).toEqual(before);
  });

  test("from a time on, and until a time, feeds the commits of that time, to the block", async () => {
    const clock = new FakeClock();
    const startUs = clock.nowUs();
    const log = await recordedLog(clock);
    const operators = () => [new WindowOperator(tumbling({ name: "short", sizeUs: 10, latenessUs: 5 }))];
    const range = { fromUs: startUs + 10_000_000, toUs: startUs + 19_000_000 };
    const replayed = await said({ log, operators: operators(), ...range });
    expect(replayed.length).toBeGreaterThan(10);
    for (const { record } of replayed) {
      expect(record.causeOffset).toBeGreaterThanOrEqual(100);
      expect(record.causeOffset).toBeLessThan(200);
    }
  });
});

describe("differences", () => {
  test("name what only one of both says, in the order of causes", async () => {
    const log = await recordedLog();
    const [short, long, hot] = fixtureOperators() as [Operator, Operator, Operator];
    const wider = new WindowOperator(tumbling({ name: "long", sizeUs: 50 }));
    expect(long.id).toBe(wider.id);
    const found = await differences({ log, operators: [short, wider, hot] });
    const longs = (await resultsOf(log)).filter(({ window }) => window === "long");
    const only = (side: Difference["only"]) => found.filter((one) => one.only === side).map(({ record }) => record);
    expect(only("recorded")).toEqual(longs);
    expect(only("replayed").length).toBeGreaterThan(10);
    expect(only("replayed").every((record) => "window" in record && record.window === "long")).toBe(true);
    const causes = found.map(({ record }) => record.causeOffset);
    expect(causes).toEqual([...causes].sort((one, other) => one - other));
  });

  test("a rule that is gone: all that it recorded is only recorded", async () => {
    const log = await recordedLog();
    const found = await differences({ log, operators: fixtureOperators().slice(0, 2) });
    expect(found.map(({ record }) => record)).toEqual(await alertsOf(log));
    expect(new Set(found.map(({ only }) => only))).toEqual(new Set(["recorded"]));
  });
});
