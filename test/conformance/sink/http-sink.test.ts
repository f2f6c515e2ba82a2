import { createSink } from "../../../src/forward/sinks/sink-table.ts";
import { type Lane, lanes } from "../../../src/model/lane.ts";
import { type IngestRequest, IngestServer } from "../../support/ingest-server.ts";
import { describeSink, type ReceivedRecord, type SinkHarness } from "./sink-suite.ts";

type Fields = Readonly<Record<string, unknown>>;

const token = "let-me-in";
const options = {
  kind: "http",
  name: "web",
  headers: {},
  tls: {},
  compression: "gzip",
  requestRecordsMax: 100,
  requestSizeMax: 1024 * 1024,
  requestTimeout: 10_000,
} as const;

function harness(format: "cloudevents" | "ndjson"): SinkHarness {
  return {
    kind: `http (${format})`,
    delivery: "at least once",
    programs: [],
    has: { server: true, refusal: true },
    async start() {
      const server = await IngestServer.start();
      server.script = ({ headers, records }) => {
        if (headers.authorization !== `Bearer ${token}`) return { status: 401, text: "who are you?" };
        const isRefused = records.some((each) => fieldsOf(each).value === "poison");
        return isRefused ? { status: 422, text: "poison is not allowed" } : null;
      };
      const sink = (secret: string) => createSink.bind(null, { ...options, format, url: server.url, token: secret });
      return {
        sink: sink(token),
        unwelcome: sink("wrong"),
        received: async () => server.stored.flatMap(recordsOf),
        refusal: { reading: { value: "poison" }, reason: /^422: poison is not allowed$/ },
        process: server,
      };
    },
  };
}

/** Of an event what it carries. */
function fieldsOf(record: Fields): Fields {
  return "specversion" in record ? (record.data as Fields) : record;
}

function recordsOf({ headers, records }: IngestRequest): ReceivedRecord[] {
  const lane = lanes.find((each) => String(headers["idempotency-key"]).includes(`/${each}/`)) as Lane;
  return records.map((record) => ({ lane, fields: fieldsOf(record) }));
}

describeSink(harness("cloudevents"));
describeSink(harness("ndjson"));
