// `npm run test:disk-full`: the log on a small disk that is full, with every policy (test/crash/disk-full/disk-full-command.ts).

import { ensureBuilt, ensureInstalled, root, run } from "./bootstrap.mjs";
import { ensureTestServers } from "./test-servers.mjs";

ensureInstalled();
if (ensureTestServers().includes("loop-mount")) {
  console.error("npm run test:disk-full needs loop mounts: run it as root, on a machine that has loop devices");
  process.exit(69);
}
ensureBuilt();
run(process.execPath, ["--import", "tsx", "test/crash/disk-full/disk-full-command.ts", ...process.argv.slice(2)], {
  cwd: root,
});
