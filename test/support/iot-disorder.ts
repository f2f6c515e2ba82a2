import type { InputColumn } from "../../src/stream/contract.ts";
import { seededRandom } from "./seeded-random.ts";
import type { Step } from "./window-oracle.ts";

export interface IotOptions {
  readonly seed: number;
  readonly devices: number;
  readonly metrics: number;
  /** Readings of each series, one a second, before some are left out. */
  readonly seconds: number;
}

/** Of batches: out of order, missing. Of the entries of a batch: out of order, missing. */
const share = { batchLate: 0.05, batchMissing: 0.01, entryLate: 0.3, entryMissing: 0.1 };
const entriesPerBatch = 10;

interface Entry {
  readonly device: string;
  readonly metric: string;
  readonly timeUs: number;
  readonly value: number;
}

/**
 * Devices in the field with bad links: the disorder of the `iot` case of the Time Series Benchmark Suite (github.com/timescale/tsbs). A second is
 * 10 us here, so that lengths of windows in the tens of microseconds meet some readings. A batch is a commit.
 */
export function iotSteps({ seed, devices, metrics, seconds }: IotOptions): Step[] {
  const random = seededRandom(seed);
  const entries = Array.from({ length: seconds }, (_, second) =>
    Array.from({ length: devices * metrics }, (_, series): Entry => {
      const metric = `m${series % metrics}`;
      return { device: `d${series % devices}`, metric, timeUs: 1_000 + second * 10, value: Math.floor(random() * 1_000) };
    }),
  ).flat();
  const batches: Entry[][] = [];
  for (let from = 0; from < entries.length; from += entriesPerBatch) {
    const kept = entries.slice(from, from + entriesPerBatch).filter(() => random() >= share.entryMissing);
    if (random() >= share.batchMissing && kept.length > 0) batches.push(delayed(kept, share.entryLate, random));
  }
  let atUs = 1_000;
  return delayed(batches, share.batchLate, random).map((batch) => {
    atUs = Math.max(atUs, ...batch.map(({ timeUs }) => timeUs));
    return { kind: "commit", atUs, columns: batch.map(columnOf) };
  });
}

/** A share of the items comes some places later. */
function delayed<Item>(items: readonly Item[], lateShare: number, random: () => number): Item[] {
  const places = items.map((item, i) => ({ item, place: random() < lateShare ? i + 1 + random() * 5 : i }));
  return places.sort((one, other) => one.place - other.place).map(({ item }) => item);
}

function columnOf({ device, metric, timeUs, value }: Entry): InputColumn {
  return { device, metric, unit: "", tags: "", correctionsUs: [], eventTimesUs: [timeUs], values: [value], qualities: [] };
}
