import { describe, onTestFinished } from "vitest";
import type { PostgresSinkOptions } from "../../../src/forward/sinks/postgres-sink.ts";
import type { SinkContext } from "../../../src/forward/sinks/sink-context.ts";
import { createSink } from "../../../src/forward/sinks/sink-table.ts";
import { lanes } from "../../../src/model/lane.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { postgresForTests } from "../../support/postgres.ts";
import { sinkRows } from "../../support/postgres-sink-rows.ts";
import { isMissing } from "../../support/servers.ts";
import { origin } from "../../support/sink-batches.ts";
import { describeSink, type SinkHarness } from "./sink-suite.ts";

const context: SinkContext = { origin, environment: {}, clock: systemClock, logger: createLogger("silent") };
const options = { name: "warehouse", lanes, schema: "tidegate_sink", createTables: true, statementTimeout: 30_000 };

function optionsFor(url: string, more: Partial<PostgresSinkOptions> = {}) {
  const { hostname, port, username, pathname } = new URL(url);
  const place = { address: { host: hostname, port: Number(port) }, database: pathname.slice(1), user: username };
  return { kind: "postgres", ...options, ...place, ...more } as const;
}

describe.skipIf(isMissing("postgres"))("with a server", () => {
  const running = postgresForTests();

  const harness: SinkHarness = {
    kind: "postgres",
    delivery: "exactly once",
    programs: ["postgres"],
    has: { server: true, refusal: true },
    async start() {
      const server = running();
      await server.start();
      onTestFinished(() => server.thaw());
      const url = await server.newDatabase();
      const maker = await createSink(optionsFor(url), context);
      await (await maker.connect({ signal: new AbortController().signal, lost: () => {} })).close();
      await server.query(url, "ALTER TABLE tidegate_sink.readings ADD CONSTRAINT sane CHECK (value_text <> 'poison')");
      return {
        sink: createSink.bind(null, optionsFor(url)),
        unwelcome: createSink.bind(null, optionsFor(url, { user: "nobody_knows" })),
        received: () => sinkRows((text) => server.query(url, text)),
        refusal: { reading: { value: "poison" }, reason: /violates check constraint "sane"/ },
        process: server,
      };
    },
  };

  describeSink(harness);
});
