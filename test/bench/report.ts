import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

/** What a budget bounds: value / reference, or the value itself. */
export type BudgetKind = "least ratio" | "least value" | "most value";

/** One measured case beside its reference, both from the same run on the same machine. */
export interface BenchCase {
  readonly case: string;
  readonly value: number;
  readonly unit: string;
  readonly reference: { readonly name: string; readonly value: number };
  /** value / reference.value */
  readonly ratio: number;
  /** What the design asks for; null if it asks for nothing. */
  readonly budget: number | null;
  readonly budgetKind: BudgetKind;
  readonly ok: boolean;
}

/** @param what.budgetKind default: least ratio. */
export function benchCase(
  what: Omit<BenchCase, "ratio" | "ok" | "budgetKind"> & { readonly budgetKind?: BudgetKind },
): BenchCase {
  const { value, reference, budget, budgetKind = "least ratio" } = what;
  const ratio = value / reference.value;
  return { ...what, ratio, budgetKind, ok: budget === null || isKept(budgetKind, budget, { value, ratio }) };
}

function isKept(kind: BudgetKind, budget: number, { value, ratio }: Pick<BenchCase, "value" | "ratio">): boolean {
  switch (kind) {
    case "least ratio":
      return ratio >= budget;
    case "least value":
      return value >= budget;
    case "most value":
      return value <= budget;
  }
}

/** Middle of an odd number of values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Prints the cases as a table, and writes them to the file that `--json FILE` names. */
export function report(name: string, cases: readonly BenchCase[]): void {
  const number = (value: number) => value.toLocaleString("en-US", { maximumFractionDigits: value < 100 ? 2 : 0 });
  for (const one of cases) {
    const budget = one.budget === null ? "" : `, budget (${one.budgetKind}) ${number(one.budget)}: ${one.ok ? "ok" : "MISSED"}`;
    console.log(`${one.case}: ${number(one.value)} ${one.unit}`);
    console.log(`  ${one.reference.name}: ${number(one.reference.value)} ${one.unit}; ratio ${one.ratio.toFixed(2)}${budget}`);
  }
  const at = process.argv.indexOf("--json");
  const file = process.argv[at + 1];
  if (at === -1 || file === undefined) return;
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  writeFileSync(file, `${JSON.stringify({ name, machine, cases }, null, 2)}\n`);
}
