// `npm test`: everything that decides whether a change may land. Arguments go to vitest: npm test -- test/unit.

import { spawnSync } from "node:child_process";
import { ensureBuilt, ensureInstalled, root, run } from "./bootstrap.mjs";
import { ensureTestServers } from "./test-servers.mjs";

ensureInstalled();
const missingServers = ensureTestServers();
const needed = missingServers.filter((server) => server !== "kafka");
if (needed.length > 0 && process.env.CI === "true") {
  console.error(`missing test servers: ${needed.join(", ")}; install them, in CI nothing but Kafka is left out`);
  process.exit(1);
}
run(process.execPath, ["node_modules/@biomejs/biome/bin/biome", "ci", "--error-on-warnings", "."]);
run(process.execPath, ["node_modules/typescript/bin/tsc", "--noEmit"]);
ensureBuilt();
run(process.execPath, ["scripts/generate.mjs", "--check"]);

const env = { ...process.env, TIDEGATE_MISSING_SERVERS: missingServers.join(",") };
const reporters = ["--reporter=default", "--reporter=./test/support/closing-line-reporter.ts"];
const tests = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
  env,
});
if (missingServers.length > 0) console.log(`left out, because these programs are missing: ${missingServers.join(", ")}`);
process.exit(tests.status ?? 1);
