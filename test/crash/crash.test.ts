import { expect, test } from "vitest";
import { seededRandom, testSeed } from "../support/seeded-random.ts";
import { isMissing } from "../support/servers.ts";
import { tempDir } from "../support/temp-dir.ts";
import { type CrashRunOptions, runCrashes } from "./crash-run.ts";

// Short runs of `npm run test:crash`; crash-run.ts says what they do.

async function crashes(options: Pick<CrashRunOptions, "kills" | "powerCut" | "durability">) {
  const seed = testSeed();
  return runCrashes({ ...options, seed, random: seededRandom(seed), directory: await tempDir() });
}

const nothing = { missing: 0, duplicated: 0, altered: 0, holes: 0, differences: 0 };

test("after each of 10 kills under load every acknowledged reading is in the log, once, unaltered; results and alerts are exact", async () => {
  const { acknowledged, outputs, ...found } = await crashes({ kills: 10, powerCut: "none", durability: "sync" });
  expect(found).toMatchObject(nothing);
  expect(outputs).toBeGreaterThan(100);
  expect(acknowledged).toBeGreaterThan(1000);
}, 60_000);

test.skipIf(isMissing("cc"))(
  "power cuts that tear unsynced writes apart take nothing that was acknowledged",
  async () => {
    expect(await crashes({ kills: 6, powerCut: "torn", durability: "sync" })).toMatchObject(nothing);
  },
  60_000,
);

test.skipIf(isMissing("cc"))(
  "durability interval loses nothing in a power cut either",
  async () => {
    expect(await crashes({ kills: 2, powerCut: "torn", durability: "interval" })).toMatchObject(nothing);
  },
  60_000,
);

test.skipIf(isMissing("cc"))(
  "the same run finds losses where nothing is synced: durability none",
  async () => {
    const { missing, altered, duplicated, acknowledged } = await crashes({ kills: 2, powerCut: "all", durability: "none" });
    expect(missing).toBeGreaterThan(0);
    expect(missing).toBeLessThanOrEqual(acknowledged);
    expect({ altered, duplicated }).toEqual({ altered: 0, duplicated: 0 });
  },
  60_000,
);
