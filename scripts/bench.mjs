// `npm run bench -- NAME [--json FILE]`: one benchmark of test/bench, with its reference in the same run.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root, run } from "./bootstrap.mjs";
import { missingTestServers } from "./test-servers.mjs";

ensureInstalled();
ensureBuilt();
const [name = "", ...rest] = process.argv.slice(2);
if (!existsSync(join(root, `test/bench/${name}.bench.ts`))) {
  const names = readdirSync(join(root, "test/bench")).flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? []);
  console.error(`usage: npm run bench -- NAME [--json FILE], with NAME one of: ${names.join(", ")}`);
  process.exit(64);
}
const env = { ...process.env, TIDEGATE_MISSING_SERVERS: missingTestServers().join(",") };
run(process.execPath, ["--import", "tsx", `test/bench/${name}.bench.ts`, ...rest], { env });
