// `npm start`: the demo, from a fresh clone.

import { ensureBuilt, ensureInstalled } from "./bootstrap.mjs";

ensureInstalled();
ensureBuilt();
process.argv.splice(2, 0, "demo");
await import("../dist/src/cli/main.js");
