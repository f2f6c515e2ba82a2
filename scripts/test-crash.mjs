// `npm run test:crash -- --kills N`: the long crash test (test/crash/crash-command.ts).

import { ensureBuilt, ensureInstalled, root, run } from "./bootstrap.mjs";

ensureInstalled();
ensureBuilt();
run(process.execPath, ["--import", "tsx", "test/crash/crash-command.ts", ...process.argv.slice(2)], { cwd: root });
