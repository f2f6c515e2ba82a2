import { expect, test } from "vitest";
import { seededRandom, testSeed } from "../support/seeded-random.ts";
import { tempDir } from "../support/temp-dir.ts";
import { runOutages } from "./outage-run.ts";

// A short run of `npm run test:outages`; outage-run.ts says what it does.

test("8 outages of the way, of the gateway and of the collector leave every acknowledged reading there once, unaltered", async () => {
  const seed = testSeed();
  const options = {
    outages: 8,
    seconds: 16,
    readingsPerSecond: 2000,
    seed,
    random: seededRandom(seed),
    directory: await tempDir(),
  };
  const { acknowledged, ...found } = await runOutages(options);
  expect(found).toMatchObject({ missing: 0, duplicated: 0, altered: 0, unknown: 0 });
  expect(acknowledged).toBeGreaterThan(16_000);
}, 90_000);
