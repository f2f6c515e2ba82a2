// `npm run test:disk-full [-- --seed S]`: every policy on a small disk, filled by readings and by others (disk-full-run.ts). Ends with
// a table and one line for scripts:
//   cases N, acknowledged A, at the collector C, evicted E, broken promises B
// "arrived": evicted while they were under way to the collector, and received there all the same.
// Exit code 0 if every promise was kept, else 1. Needs root, for loop mounts.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { whenFullPolicies } from "../../../src/log/retention.ts";
import { SmallDisk } from "../../support/small-disk.ts";
import { type DiskFullOptions, type DiskFullResult, diskBytes, runDiskFull } from "./disk-full-run.ts";
import type { LaneEvidence } from "./evidence.ts";
import { brokenPromises, evictedOf } from "./verdict.ts";

type Case = Pick<DiskFullOptions, "whenFull" | "filledBy">;

const usage = "usage: npm run test:disk-full [-- --seed S]";
const cases = (["readings", "others"] as const).flatMap((filledBy) =>
  whenFullPolicies.map((whenFull): Case => ({ whenFull, filledBy })),
);

function seedOf(args: readonly string[]): number {
  const random = String(Math.floor(Math.random() * 2 ** 31));
  const { values } = parseArgs({ args: [...args], options: { seed: { type: "string", default: random } } });
  const seed = Number(values.seed);
  if (!Number.isInteger(seed)) throw new Error(`--seed ${values.seed}: a whole number`);
  return seed;
}

async function runOn(directory: string, seed: number, { whenFull, filledBy }: Case): Promise<DiskFullResult> {
  mkdirSync(directory);
  const disk = await SmallDisk.mount(join(directory, "disk"), diskBytes);
  try {
    return await runDiskFull({ whenFull, filledBy, seed, readingsWhileFull: 10_000, disk, directory });
  } finally {
    await disk.unmount();
  }
}

async function runAll(root: string, seed: number): Promise<number> {
  const results: DiskFullResult[] = [];
  let broken = 0;
  for (const [index, one] of cases.entries()) {
    const result = await runOn(join(root, String(index)), seed, one);
    results.push(result);
    for (const fault of brokenPromises(result)) {
      console.log(`${one.whenFull}, filled by ${one.filledBy}: ${fault}`);
      broken++;
    }
    printRow(result);
  }
  const total = (count: (result: DiskFullResult) => number) => results.reduce((sum, result) => sum + count(result), 0);
  const acknowledged = total((result) => result.acknowledged);
  const received = total(({ lanes }) => lanes.readings.received);
  const evicted = total(({ lanes }) => evictedOf(lanes.readings));
  console.log(
    `cases ${results.length}, acknowledged ${acknowledged}, at the collector ${received}, evicted ${evicted}, broken promises ${broken}`,
  );
  return broken > 0 ? 1 : 0;
}

const columns = [14, 10, 13, 17, 27, 27, 16, 18, 14] as const;
const heads = [
  "log.whenFull",
  "filled by",
  "acknowledged",
  "at the collector",
  "readings evicted",
  "results evicted",
  "PUBACK again ms",
  "longest pause ms",
  "refused/closed",
];

function printRow(result: DiskFullResult): void {
  const { whenFull, filledBy, acknowledged, acknowledgedAfterMs, pauseMsMax, refusals, connectionsLost, lanes } = result;
  const ms = (value: number | null) => (value === null ? "never ended" : value.toFixed(0));
  console.log(
    line([
      whenFull,
      filledBy,
      String(acknowledged),
      String(lanes.readings.received),
      evictedText(lanes.readings),
      evictedText(lanes.results),
      ms(acknowledgedAfterMs),
      pauseMsMax === null ? "" : pauseMsMax.toFixed(0),
      `${refusals}/${connectionsLost}`,
    ]),
  );
}

function evictedText({ evicted, arrivedAnyway }: LaneEvidence): string {
  const counts = Object.entries(evicted).map(([reason, count]) => `${count} ${reason}`);
  if (arrivedAnyway > 0) counts.push(`${arrivedAnyway} arrived`);
  return counts.join(", ") || "0";
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(columns[index] ?? 0))
    .join(" ")
    .trimEnd();
}

let seed: number;
try {
  seed = seedOf(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exit(64);
}
const root = mkdtempSync(join(tmpdir(), "tidegate-disk-full-"));
// By exit, so that neither a mount nor a process stays behind (SmallDisk, ChildProgram).
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
process.once("exit", () => rmSync(root, { recursive: true, force: true }));
console.log(`a disk of ${diskBytes / 2 ** 20} MiB, ${cases.length} cases; repeat this run with --seed ${seed}`);
console.log(line(heads));
process.exitCode = await runAll(root, seed);
