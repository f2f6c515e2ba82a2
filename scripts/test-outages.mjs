// `npm run test:outages -- --outages N`: the long outage test (test/crash/outage-command.ts).

import { ensureBuilt, ensureInstalled, root, run } from "./bootstrap.mjs";

ensureInstalled();
ensureBuilt();
run(process.execPath, ["--import", "tsx", "test/crash/outage-command.ts", ...process.argv.slice(2)], { cwd: root });
