import { expect, test } from "vitest";
import { simulateForwarding } from "../../support/forward-simulation.ts";
import { seededRandom, testSeed } from "../../support/seeded-random.ts";

const runs = 200;

test("whatever happens to either side and to the way, every record arrives once, in order with fifo, and nothing stands still", async () => {
  const random = seededRandom(testSeed());
  const totals = { records: 0, duplicates: 0, lost: 0, overtakings: 0 };
  for (let run = 0; run < runs; run++) {
    const result = await simulateForwarding(Math.floor(random() * 2 ** 31));
    for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += result[key];
  }
  // The bad things did happen.
  expect(Math.min(totals.records, totals.duplicates, totals.lost, totals.overtakings)).toBeGreaterThan(0);
}, 120_000);
