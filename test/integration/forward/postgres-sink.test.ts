import { chownSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RecordClient } from "../../../src/forward/record-sink.ts";
import type { PostgresSinkOptions } from "../../../src/forward/sinks/postgres-sink.ts";
import type { SinkContext } from "../../../src/forward/sinks/sink-context.ts";
import { createSink } from "../../../src/forward/sinks/sink-table.ts";
import { lanes } from "../../../src/model/lane.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { CertificateAuthority } from "../../support/certificates.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { postgresForTests } from "../../support/postgres.ts";
import { isMissing } from "../../support/servers.ts";
import { silentServer } from "../../support/silent-server.ts";
import { numberedBatch, origin } from "../../support/sink-batches.ts";
import { tempDir } from "../../support/temp-dir.ts";

const plain = { name: "warehouse", lanes, schema: "sensors", createTables: true, statementTimeout: 30_000 };
const others: SinkContext = { origin, environment: {}, clock: systemClock, logger: createLogger("silent") };

async function sinkTo(url: string, more: Partial<PostgresSinkOptions> = {}, context: Partial<SinkContext> = {}) {
  const { hostname, port, username, pathname } = new URL(url);
  const place = { address: { host: hostname, port: Number(port) }, database: pathname.slice(1), user: username };
  return createSink({ kind: "postgres", ...plain, ...place, ...more }, { ...others, ...context });
}

async function clientOf(...args: Parameters<typeof sinkTo>): Promise<RecordClient> {
  const sink = await sinkTo(...args);
  const client = await sink.connect({ signal: new AbortController().signal, lost: () => {} });
  onTestFinished(() => client.close());
  return client;
}

async function errorOf(promise: Promise<unknown>): Promise<TidegateError> {
  const error = await promise.catch((thrown: unknown) => thrown);
  if (error instanceof TidegateError) return error;
  throw new Error(`expected a TidegateError, not ${String(error)}`);
}

describe.skipIf(isMissing("postgres"))("tables", () => {
  const server = postgresForTests();
  const offsets = async (url: string) =>
    (await server().query<{ log_offset: string }>(url, "SELECT log_offset FROM sensors.readings ORDER BY 1")).map((row) =>
      Number(row.log_offset),
    );

  test("are made once, when several sinks connect at the same time, only for the lanes of each", async () => {
    const url = await server().newDatabase();
    const clients = await Promise.all(Array.from({ length: 5 }, () => clientOf(url, { lanes: ["readings"] })));
    await Promise.all(clients.map((client) => client.write(numberedBatch(0, 10))));
    expect(await offsets(url)).toEqual(numberedBatch(0, 10).records.map(({ offset }) => offset));
    const tables = await server().query(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'sensors'");
    expect(tables).toEqual([{ tablename: "readings" }]);
  });

  test.each([
    ["are not there", "SELECT 1", /relation "sensors.readings" does not exist/],
    ["lack a column", "ALTER TABLE sensors.readings DROP COLUMN unit", /column "unit" .* does not exist/],
    [
      "lack the key",
      "ALTER TABLE sensors.readings DROP CONSTRAINT readings_gateway_id_log_id_log_offset_event_time_key",
      /no unique or exclusion constraint/,
    ],
    ["are not for its user", "REVOKE ALL ON sensors.readings FROM guest", /permission denied for table readings/],
  ])("that %s are refused at connect", async (what, change, message) => {
    const url = await server().newDatabase();
    await server().query(url, "DO $$ BEGIN CREATE ROLE guest LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    if (what !== "are not there") {
      await clientOf(url);
      await server().query(url, "GRANT USAGE ON SCHEMA sensors TO guest; GRANT ALL ON ALL TABLES IN SCHEMA sensors TO guest");
    } else await server().query(url, "CREATE SCHEMA sensors; GRANT USAGE ON SCHEMA sensors TO guest");
    await server().query(url, change);
    const error = await errorOf(clientOf(url, { createTables: false, user: "guest" }));
    expect(error).toMatchObject({ code: "SINK_REFUSED", message: expect.stringMatching(message) });
  });

  test("may have columns and keys of their own: a row that breaks one is rejected alone", async () => {
    const url = await server().newDatabase();
    const client = await clientOf(url);
    await server().query(url, "CREATE UNIQUE INDEX ON sensors.readings (value_number) WHERE value_number > 3");
    expect(await client.write(numberedBatch(0, 5))).toMatchObject({ rejected: [] });
    const { rejected } = await client.write(numberedBatch(5, 5, { value: 4 }));
    expect(rejected.map(({ offset }) => offset)).toEqual([5, 6, 7, 8, 9]);
    expect(rejected[0]?.reason).toMatch(/duplicate key value violates unique constraint/);
  });

  test("that somebody has locked hold up nothing for good: the rest is kept", async () => {
    const url = await server().newDatabase();
    const client = await clientOf(url, { statementTimeout: 300 });
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query("BEGIN; LOCK TABLE sensors.readings");
    const kept = [{ start: 3, end: 8 }];
    expect(await client.write(numberedBatch(3, 5))).toEqual({ rejected: [], kept, retryAfterMs: 5000 });
    await holder.end();
    expect(await client.write(numberedBatch(3, 5))).toMatchObject({ rejected: [], kept: [] });
    expect(await offsets(url)).toEqual([3, 4, 5, 6, 7]);
  });

  test("take a batch that is larger than a statement", async () => {
    const url = await server().newDatabase();
    const client = await clientOf(url);
    await client.write(numberedBatch(0, 25_000));
    expect(await offsets(url)).toHaveLength(25_000);
  });

  test("hold what is durable, whatever the server does by default", async () => {
    const url = await server().newDatabase();
    await server().query(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`);
    const client = await clientOf(url);
    await server().query(
      url,
      `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN NEW.unit := current_setting('synchronous_commit'); RETURN NEW; END $$;
       CREATE TRIGGER note BEFORE INSERT ON sensors.readings FOR EACH ROW EXECUTE FUNCTION note()`,
    );
    await client.write(numberedBatch(0, 1));
    expect(await server().query(url, "SELECT unit FROM sensors.readings")).toEqual([{ unit: "on" }]);
  });

  test("whose server ends the connection: the sink says so without being asked", async () => {
    const url = await server().newDatabase();
    const sink = await sinkTo(url);
    let end: (error: TidegateError) => void = () => {};
    const lost = new Promise<TidegateError>((resolve) => {
      end = resolve;
    });
    const client = await sink.connect({ signal: new AbortController().signal, lost: (error) => end(error) });
    onTestFinished(() => client.close());
    await server().query(
      url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tidegate plant-1' AND datname = current_database()",
    );
    expect(await lost).toMatchObject({ code: "SINK_UNREACHABLE" });
  });
});

test("a server that takes the connection and says nothing is given up in time", async () => {
  const clock = new FakeClock();
  const { port, connected } = await silentServer();
  const connecting = errorOf(clientOf(`postgres://user@127.0.0.1:${port}/db`, {}, { clock }));
  await connected;
  clock.advanceMs(10_000);
  expect(await connecting).toMatchObject({ code: "SINK_UNREACHABLE", message: expect.stringContaining("within 10000 ms") });
});

test("a connection that nobody wants any more is given up at once", async () => {
  const { port, connected } = await silentServer();
  const sink = await sinkTo(`postgres://user@127.0.0.1:${port}/db`);
  const ending = new AbortController();
  const connecting = errorOf(sink.connect({ signal: ending.signal, lost: () => {} }));
  await connected;
  ending.abort();
  expect(await connecting).toMatchObject({ code: "SINK_UNREACHABLE" });
});

describe.skipIf(isMissing("postgres") || isMissing("openssl"))("a server with passwords and TLS", () => {
  let authority: CertificateAuthority;
  const server = postgresForTests(async (directory) => {
    const { uid, gid } = statSync(directory);
    authority = await CertificateAuthority.create(directory);
    const pair = authority.issue();
    chownSync(pair.key, uid, gid);
    const hba = join(directory, "strict.conf");
    writeFileSync(hba, "host all tidegate 127.0.0.1/32 trust\nhostssl all guest 127.0.0.1/32 scram-sha-256\n");
    return { ssl: "on", ssl_cert_file: pair.cert, ssl_key_file: pair.key, hba_file: hba };
  });

  async function guestDatabase(): Promise<string> {
    const url = await server().newDatabase();
    await server().query(
      url,
      `DO $$ BEGIN CREATE ROLE guest LOGIN PASSWORD 'sesame'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
       GRANT CREATE ON DATABASE ${new URL(url).pathname.slice(1)} TO guest`,
    );
    return url;
  }

  test("lets in who has both right", async () => {
    const url = await guestDatabase();
    const right = { user: "guest", passwordEnv: "PG", tls: { ca: authority.cert } };
    const client = await clientOf(url, right, { environment: { PG: "sesame" } });
    expect(await client.write(numberedBatch(0, 3))).toMatchObject({ rejected: [], kept: [] });
  });

  test.each([
    [
      "a wrong password",
      () => ({ password: "open", tls: { ca: authority.cert } }),
      /password authentication failed.*; correct/,
    ],
    ["no password", () => ({ tls: { ca: authority.cert } }), /; correct/],
    ["no TLS", () => ({ password: "sesame" }), /no encryption; correct|no pg_hba.conf entry.*; correct/],
    ["an unknown authority", () => ({ password: "sesame", tls: {} }), /certificate.*; correct/],
    [
      "another name",
      () => ({ password: "sesame", tls: { ca: authority.cert, serverName: "db.example" } }),
      /db.example.*; correct/,
    ],
  ])("refuses who has %s", async (_what, options, message) => {
    const error = await errorOf(clientOf(await guestDatabase(), { user: "guest", ...options() }));
    expect(error).toMatchObject({ code: "SINK_REFUSED", message: expect.stringMatching(message) });
    expect(error.message).not.toContain("sesame");
  });

  test("a password is taken from its file at each connect", async () => {
    const url = await guestDatabase();
    const passwordFile = join(await tempDir(), "password");
    const sink = await sinkTo(url, { user: "guest", passwordFile, tls: { ca: authority.cert } });
    const connect = () => sink.connect({ signal: new AbortController().signal, lost: () => {} });
    writeFileSync(passwordFile, "old\n");
    expect(await errorOf(connect())).toMatchObject({ code: "SINK_REFUSED" });
    writeFileSync(passwordFile, "sesame\n");
    await (await connect()).close();
  });
});
