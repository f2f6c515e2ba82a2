import { setImmediate as nextTurn } from "node:timers/promises";
import { RuleOperator } from "../../src/alert/rule-operator.ts";
import { decodeReadingBlock } from "../../src/codec/block-codec.ts";
import type { Log } from "../../src/log/log.ts";
import type { Alert } from "../../src/model/alert.ts";
import type { Reading } from "../../src/model/reading.ts";
import type { WindowResult } from "../../src/model/result.ts";
import type { Operator } from "../../src/stream/contract.ts";
import type { StreamDriver } from "../../src/stream/driver.ts";
import { WindowOperator } from "../../src/stream/windows/window-operator.ts";
import { blocksOf } from "./log-contents.ts";
import { tumbling } from "./window-definitions.ts";

const all = { device: "*", metric: "*" };

/** Two windows that overlap and a rule that fires often, over every series. */
export function fixtureOperators(): Operator[] {
  return [
    new WindowOperator(tumbling({ name: "short", sizeUs: 10, latenessUs: 5 })),
    new WindowOperator(tumbling({ name: "long", sizeUs: 25 })),
    new RuleOperator({ name: "hot", match: all, when: { kind: "above", limit: 60 }, clear: { kind: "below", limit: 40 } }),
  ];
}

/** Readings of 3 devices x 2 metrics, event times mostly going up, values from 0 to 100. */
export function fixtureReadings(count: number, random: () => number): Reading[] {
  return Array.from({ length: count }, (_, i) => ({
    device: `device-${Math.floor(random() * 3)}`,
    metric: random() < 0.5 ? "a" : "b",
    unit: "",
    tags: "",
    eventTimeUs: Math.floor(i + random() * 20),
    value: Math.floor(random() * 1000) / 10,
    quality: 0,
    correctionUs: 0,
  }));
}

export interface Outcome {
  readonly results: readonly WindowResult[];
  readonly alerts: readonly Alert[];
  readonly counters: readonly unknown[];
}

/** What the operators say about the readings in a log when nothing ever goes wrong: no driver, no checkpoint. */
export async function undisturbed(
  log: Log,
  operators: readonly Operator[] = fixtureOperators(),
  fromOffset = 0,
): Promise<Outcome> {
  const outputs = { results: [] as WindowResult[], alerts: [] as Alert[] };
  for (const block of (await blocksOf(log, "readings")).filter(({ firstOffset }) => firstOffset >= fromOffset)) {
    let offset = block.firstOffset;
    const { columns, commits } = decodeReadingBlock(block.bytes);
    for (const operator of operators) operator.advance(commits[0]?.ingestTimeUs ?? 0, offset, outputs);
    for (const column of columns) {
      for (const operator of operators) operator.consume(column, offset, outputs);
      offset += column.eventTimesUs.length;
    }
    for (const operator of operators) operator.endBlock(outputs);
  }
  outputs.results.sort((one, other) => one.causeOffset - other.causeOffset);
  return { ...outputs, counters: operators.map((operator) => operator.counters()) };
}

/** Turns the event loop until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
}

/** Starts the driver, lets it feed everything that is in the lane, and closes it. */
export async function runToEnd(driver: StreamDriver): Promise<void> {
  await driver.start();
  await until(() => driver.status().lagReadings === 0);
  await driver.close();
}
