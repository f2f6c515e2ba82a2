// `npm run test:forward -- --runs N [--seed S]`. Ends with one line for scripts:
//   runs N, records R, missing or altered or twice F, ...
// Exit code 0 if every run ended with every record in its place once, else 1.

import { parseArgs } from "node:util";
import { messageOf } from "../../../src/platform/errors.ts";
import { simulateForwarding } from "../../support/forward-simulation.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs}: a whole number from 1`);
if (!Number.isInteger(seed)) throw new Error(`--seed ${values.seed}: a whole number`);

console.log(`${runs} simulations; repeat them with --seed ${seed}`);
const totals = { records: 0, duplicates: 0, lost: 0, overtakings: 0 };
let failed = 0;
for (let run = 0; run < runs; run++) {
  try {
    const result = await simulateForwarding(seed + run);
    for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += result[key];
  } catch (error) {
    failed++;
    console.error(messageOf(error), error instanceof Error ? error.cause : "");
  }
}
const { records, duplicates, lost, overtakings } = totals;
console.log(`sent again ${duplicates}, removed before they came ${lost}, blocks that were overtaken ${overtakings}`);
console.log(`runs ${runs}, records ${records}, failed ${failed}`);
process.exit(failed === 0 ? 0 : 1);
