// `npm run test:crash -- --kills N [--seed S] [--durability sync|interval|none] [--power-cut]`. Ends with one line for scripts:
//   kills N, acknowledged A, missing M, duplicated D, altered X
// Exit code 0 if nothing is missing, duplicated or altered, and results and alerts are what they should be, else 1.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createProgress } from "../../device-sim/progress.ts";
import { seededRandom } from "../../device-sim/random.ts";
import { type CrashRunOptions, runCrashes } from "./crash-run.ts";

type Choices = Pick<CrashRunOptions, "kills" | "seed" | "durability" | "powerCut">;

const usage = "usage: npm run test:crash -- --kills N [--seed S] [--durability sync|interval|none] [--power-cut]";
const durabilities = ["sync", "interval", "none"] as const;

function choicesOf(args: readonly string[]): Choices {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: "string", default: "200" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
      durability: { type: "string", default: "sync" },
      "power-cut": { type: "boolean", default: false },
    },
  });
  const durability = durabilities.find((known) => known === values.durability);
  const kills = Number(values.kills);
  const seed = Number(values.seed);
  if (durability === undefined) throw new Error(`--durability ${values.durability}: one of ${durabilities.join(", ")}`);
  if (!Number.isInteger(kills) || kills < 1) throw new Error(`--kills ${values.kills}: a whole number from 1`);
  if (!Number.isInteger(seed)) throw new Error(`--seed ${values.seed}: a whole number`);
  return { kills, seed, durability, powerCut: values["power-cut"] ? "torn" : "none" };
}

async function runCommand(choices: Choices): Promise<number> {
  const { kills, seed, durability, powerCut } = choices;
  const what = powerCut === "none" ? "kills of the process" : "power cuts";
  console.log(`${kills} ${what}, durability ${durability}; repeat this run with --seed ${seed}`);
  const directory = mkdtempSync(join(tmpdir(), "tidegate-crash-"));
  const progress = createProgress(process.stdout.isTTY ? process.stdout : undefined, kills);
  try {
    const { acknowledged, missing, duplicated, altered, holes, outputs, differences } = await runCrashes({
      ...choices,
      random: seededRandom(seed),
      directory,
      onKill: (done, counts) =>
        progress.update(done, `kill ${done}, acknowledged ${counts.acknowledged}, missing ${counts.missing}`),
    });
    progress.stop();
    console.log(`results and alerts ${outputs}, different ${differences}; holes ${holes}`);
    console.log(
      `kills ${kills}, acknowledged ${acknowledged}, missing ${missing}, duplicated ${duplicated}, altered ${altered}`,
    );
    return missing + duplicated + altered + holes + differences > 0 ? 1 : 0;
  } finally {
    progress.stop();
    rmSync(directory, { recursive: true });
  }
}

let choices: Choices;
try {
  choices = choicesOf(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exit(64);
}
process.exitCode = await runCommand(choices);
