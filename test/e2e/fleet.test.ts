import { expect, test } from "vitest";
import { Pipeline } from "../support/pipeline.ts";
import { Program } from "../support/programs.ts";
import { seededRandom, testSeed } from "../support/seeded-random.ts";

const fleetSeconds = 20;

test("50 devices with 4 metrics each lose, double and alter nothing in 20 s with three crashes and an outage", async () => {
  const seed = testSeed();
  const random = seededRandom(seed);
  const pipeline = await Pipeline.start("windows: [{ name: two-seconds, size: 2s, lateness: 500ms }]");
  const { gateway, collector } = pipeline;
  const fleet = new Program("device-sim", [
    ...["fleet", "--devices", "50", "--metrics", "4", "--rate", "10", "--duration", `${fleetSeconds}s`, "--waveform", "mixed"],
    ...["--seed", String(seed), "--qos", "1", "--url", gateway.url, "--ledger", pipeline.ledger],
  ]);

  // Seeded moments in the twenty seconds; 2,000 readings a second come in, so that they are counted instead of timed.
  const between = () => 1000 + Math.floor(random() * 6000);
  await pipeline.untilRouted(between());
  await collector.kill();
  for (let crash = 0; crash < 3; crash++) {
    expect(fleet.running, "the fleet is still under way at every crash").toBe(true);
    await gateway.kill();
    await gateway.start();
    if (crash === 1) await collector.start();
    if (crash < 2) await pipeline.untilRouted(between());
  }
  expect(await fleet.exit(), fleet.stderr.join("\n")).toBe(0);
  const [, acknowledged = "0"] = await fleet.line(/acknowledged (\d+), rejected 0/);
  expect(Number(acknowledged)).toBeGreaterThan(50 * 4 * 10 * fleetSeconds * 0.9);
  await pipeline.drainAndStop();

  await pipeline.exported("readings");
  const reconciled = await pipeline.reconcile();
  expect(reconciled.stdout.at(-1)).toBe(`acknowledged ${acknowledged}, missing 0, duplicated 0, altered 0`);
}, 180_000);
