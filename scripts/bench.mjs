// `npm run bench -- NAME [--json FILE]`: one benchmark of test/bench, with its reference in the same run.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root, run } from "./bootstrap.mjs";

ensureInstalled();
ensureBuilt();
const [name = "", ...rest] = process.argv.slice(2);
if (!existsSync(join(root, `test/bench/${name}.bench.ts`))) {
  const names = readdirSync(join(root, "test/bench")).flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? []);
  console.error(`usage: npm run bench -- NAME [--json FILE], with NAME one of: ${names.join(", ")}`);
  process.exit(64);
}
run(process.execPath, ["--import", "tsx", `test/bench/${name}.bench.ts`, ...rest]);
