// `npm run test:outages -- [--outages N] [--seconds S] [--rate R] [--seed S]`. Ends with one line for scripts:
//   outages N, acknowledged A, missing M, duplicated D, altered X
// Exit code 0 if nothing is missing, duplicated or altered, else 1.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seededRandom } from "../../device-sim/random.ts";
import { runOutages } from "./outage-run.ts";

const { values } = parseArgs({
  options: {
    outages: { type: "string", default: "60" },
    seconds: { type: "string", default: "300" },
    rate: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const number = (name: keyof typeof values, least: number) => {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < least) throw new Error(`--${name} ${values[name]}: a whole number from ${least}`);
  return value;
};
const [outages, seconds, readingsPerSecond, seed] = [
  number("outages", 1),
  number("seconds", 1),
  number("rate", 200),
  number("seed", 0),
];

console.log(`${outages} outages in ${seconds} s, ${readingsPerSecond} readings/s; repeat this run with --seed ${seed}`);
const directory = mkdtempSync(join(tmpdir(), "tidegate-outages-"));
try {
  const onOutage = (outage: number, kind: string, ms: number) => console.log(`outage ${outage}: ${kind}, ${Math.round(ms)} ms`);
  const options = { outages, seconds, readingsPerSecond, seed, random: seededRandom(seed), directory, onOutage };
  const { acknowledged, missing, duplicated, altered, unknown } = await runOutages(options);
  console.log(`received and never sent ${unknown}`);
  console.log(
    `outages ${outages}, acknowledged ${acknowledged}, missing ${missing}, duplicated ${duplicated}, altered ${altered}`,
  );
  process.exitCode = missing + duplicated + altered + unknown > 0 ? 1 : 0;
} finally {
  rmSync(directory, { recursive: true });
}
