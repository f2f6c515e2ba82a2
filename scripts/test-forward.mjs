// `npm run test:forward -- --runs N [--seed S]`: many simulations of outages (test/property/forward/simulation-command.ts).

import { ensureBuilt, ensureInstalled, root, run } from "./bootstrap.mjs";

ensureInstalled();
ensureBuilt();
run(process.execPath, ["--import", "tsx", "test/property/forward/simulation-command.ts", ...process.argv.slice(2)], {
  cwd: root,
});
