// Compiles src and device-sim to dist.

import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./bootstrap.mjs";

rmSync(join(root, "dist"), { recursive: true, force: true });
run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]);
for (const main of ["dist/src/cli/main.js", "dist/device-sim/main.js"]) chmodSync(join(root, main), 0o755);
writeFileSync(join(root, "dist/.built"), "");
