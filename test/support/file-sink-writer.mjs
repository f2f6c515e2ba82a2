// A program that writes batches of ten readings to a file sink until it is killed, and prints the end of each that was accepted.
// Arguments: the path of the files, their format. Needs a build.

import { createSink } from "../../dist/src/forward/sinks/sink-table.js";

const [path, format] = process.argv.slice(2);
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const clock = { nowUs: () => Date.now() * 1000, after: () => () => {} };
const origin = { gatewayId: "plant-1", logId: "log-1" };
const bounds = { fileSizeMax: 16 * 1024, fileTimeMax: 86_400_000 };
const options = { kind: "file", name: "files", lanes: ["readings"], path, format, ...bounds };

function reading(offset) {
  const record = {
    device: "d",
    metric: "m",
    unit: "",
    tags: "",
    eventTimeUs: offset,
    value: offset,
    quality: 0,
    correctionUs: 0,
  };
  return { gatewayId: origin.gatewayId, offset, ingestTimeUs: offset, record };
}

const sink = await createSink(options, { origin, environment: {}, clock, logger: silent });
const client = await sink.connect({ signal: new AbortController().signal, lost() {} });
for (let first = 0; ; first += 10) {
  const records = Array.from({ length: 10 }, (_, index) => reading(first + index));
  await client.write({ lane: "readings", records });
  process.stdout.write(`${first + 10}\n`);
}
