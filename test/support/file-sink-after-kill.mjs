// A file sink that finds a record which a killed gateway had written and not synced. It is given that record again, accepts it, prints
// "accepted" and waits to be killed. Argument: the directory. Needs a build.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ndjsonLine } from "../../dist/src/codec/record-text.js";
import { createSink } from "../../dist/src/forward/sinks/sink-table.js";

const [directory] = process.argv.slice(2);
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const clock = { nowUs: () => Date.UTC(2026, 0, 31, 12) * 1000, after: () => () => {} };
const origin = { gatewayId: "plant-1", logId: "log-1" };
const record = { device: "d", metric: "m", unit: "", tags: "", eventTimeUs: 1, value: 1, quality: 0, correctionUs: 0 };
const placed = { gatewayId: origin.gatewayId, offset: 0, ingestTimeUs: 1, record };

mkdirSync(directory, { recursive: true });
writeFileSync(join(directory, "readings-20260131T110000.000Z-log-1.ndjson"), `${ndjsonLine("readings", placed)}\n`);

const bounds = { fileSizeMax: 16 * 1024, fileTimeMax: 86_400_000 };
const path = join(directory, "{lane}");
const options = { kind: "file", name: "files", lanes: ["readings"], path, format: "ndjson", ...bounds };
const sink = await createSink(options, { origin, environment: {}, clock, logger: silent });
const client = await sink.connect({ signal: new AbortController().signal, lost() {} });
await client.write({ lane: "readings", records: [placed] });
process.stdout.write("accepted\n");
setInterval(() => {}, 1000);
