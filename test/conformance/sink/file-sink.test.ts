import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSink } from "../../../src/forward/sinks/sink-table.ts";
import { lanes } from "../../../src/model/lane.ts";
import { csvRecords } from "../../support/csv-records.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { describeSink, type ReceivedRecord, type SinkHarness } from "./sink-suite.ts";

const options = { kind: "file", name: "files", lanes, fileSizeMax: 64 * 1024, fileTimeMax: 86_400_000 } as const;

function harness(format: "ndjson" | "csv"): SinkHarness {
  return {
    kind: `file (${format})`,
    delivery: "exactly once",
    programs: [],
    has: { server: false, refusal: false },
    async start() {
      const directory = await tempDir();
      const blocked = join(directory, "blocked");
      await writeFile(blocked, "a file where a folder should be");
      const sink = (path: string) => createSink.bind(null, { ...options, format, path });
      return {
        sink: sink(join(directory, "export", "{lane}")),
        unwelcome: sink(join(blocked, "{lane}")),
        received: () => recordsIn(join(directory, "export")),
        refusal: null,
        process: null,
      };
    },
  };
}

async function recordsIn(directory: string): Promise<ReceivedRecord[]> {
  const names = await readdir(directory).catch(() => []);
  const records: ReceivedRecord[] = [];
  for (const name of names.sort()) {
    const lane = lanes.find((each) => name.startsWith(each)) ?? "readings";
    const text = await readFile(join(directory, name), "utf8");
    const found = name.endsWith(".csv")
      ? csvRecords(lane, text)
      : text
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line));
    records.push(...found.map((fields) => ({ lane, fields })));
  }
  return records;
}

describeSink(harness("ndjson"));
describeSink(harness("csv"));
