import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RecordClient, RecordSink } from "../../../src/forward/record-sink.ts";
import type { HttpSinkOptions } from "../../../src/forward/sinks/http-sink.ts";
import type { SinkContext } from "../../../src/forward/sinks/sink-context.ts";
import { createSink } from "../../../src/forward/sinks/sink-table.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { CertificateAuthority, type CertificateFiles } from "../../support/certificates.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { type IngestAnswer, type IngestRequest, IngestServer } from "../../support/ingest-server.ts";
import { isMissing } from "../../support/servers.ts";
import { numberedBatch, origin } from "../../support/sink-batches.ts";
import { tempDir } from "../../support/temp-dir.ts";

const plain: Omit<HttpSinkOptions, "url"> = {
  name: "web",
  format: "ndjson",
  headers: {},
  tls: {},
  compression: "none",
  requestRecordsMax: 1000,
  requestSizeMax: 1024 * 1024,
  requestTimeout: 10_000,
};

async function sinkTo(server: IngestServer, more: Partial<HttpSinkOptions> = {}, context: Partial<SinkContext> = {}) {
  const others = { origin, environment: {}, clock: new FakeClock(), logger: createLogger("silent") };
  return createSink({ kind: "http", ...plain, url: server.url, ...more }, { ...others, ...context });
}

async function connected(sink: RecordSink): Promise<RecordClient> {
  const client = await sink.connect({ signal: new AbortController().signal, lost: () => {} });
  onTestFinished(() => client.close());
  return client;
}

async function clientOf(...args: Parameters<typeof sinkTo>): Promise<RecordClient> {
  return connected(await sinkTo(...args));
}

async function errorOf(promise: Promise<unknown>): Promise<TidegateError> {
  const error = await promise.catch((thrown: unknown) => thrown);
  if (error instanceof TidegateError) return error;
  throw new Error(`expected a TidegateError, not ${String(error)}`);
}

function offsetsOf(requests: readonly IngestRequest[]): number[] {
  return requests.flatMap(({ records }) => records.map(({ offset }) => Number(offset)));
}

/** Answers the requests from the `first` on, counted from 0. */
function from(first: number, answer: IngestAnswer) {
  let count = 0;
  return () => (count++ >= first ? answer : null);
}

describe("a batch", () => {
  test("goes in requests of at most so many records", async () => {
    const server = await IngestServer.start();
    const client = await clientOf(server, { requestRecordsMax: 4 });
    await client.write(numberedBatch(0, 10));
    expect(server.stored.map(({ records }) => records.length)).toEqual([4, 4, 2]);
  });

  test("goes in requests of at most so many bytes, which are counted", async () => {
    const server = await IngestServer.start();
    const client = await clientOf(server, { requestSizeMax: 1024 });
    await client.write(numberedBatch(0, 50));
    expect(Math.max(...server.stored.map(({ bytes }) => bytes))).toBeLessThanOrEqual(1024);
    expect(Math.min(...server.stored.slice(0, -1).map(({ bytes }) => bytes))).toBeGreaterThan(700);
    expect(client.wireBytes).toBe(server.stored.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  test("says in its key which records it holds, the same whenever it is sent", async () => {
    const server = await IngestServer.start();
    const client = await clientOf(server, { headers: { "X-Api-Key": "k" } });
    for (let time = 0; time < 2; time++) await client.write(numberedBatch(3, 2));
    const key = `"plant-1/${origin.logId}/readings/3-4/2"`;
    expect(server.stored.map(({ headers }) => headers["idempotency-key"])).toEqual([key, key]);
    expect(server.stored[0]?.headers).toMatchObject({ "content-type": "application/x-ndjson", "x-api-key": "k" });
  });

  test("that is asked to wait is kept from there on, as long as it is told", async () => {
    const server = await IngestServer.start();
    const client = await clientOf(server, { requestRecordsMax: 2 });
    server.script = from(1, { status: 429, headers: { "retry-after": "7" } });
    const outcome = await client.write(numberedBatch(10, 6));
    expect(outcome).toEqual({ rejected: [], kept: [{ start: 12, end: 16 }], retryAfterMs: 7000 });
    expect(server.requests).toHaveLength(2);
  });

  test("that is too large is cut in halves; a record that is too large by itself is rejected", async () => {
    const server = await IngestServer.start();
    const client = await clientOf(server);
    const large = { offset: 5, isIn: ({ records }: IngestRequest) => records.some(({ offset }) => offset === 5) };
    server.script = (request) => (request.bytes > 700 || large.isIn(request) ? { status: 413, text: "too large" } : null);
    expect(await client.write(numberedBatch(0, 16))).toEqual({
      rejected: [{ offset: 5, reason: "413: too large" }],
      kept: [],
      retryAfterMs: 0,
    });
    expect(offsetsOf(server.stored)).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });
});

describe("the connection is of no use", () => {
  test.each([
    [500, "SINK_UNREACHABLE"],
    [401, "SINK_REFUSED"],
    [404, "SINK_REFUSED"],
  ])("when the service answers %i: %s, and nothing is rejected", async (status, code) => {
    const server = await IngestServer.start();
    const client = await clientOf(server);
    server.script = () => ({ status, text: "sorry" });
    const error = await errorOf(client.write(numberedBatch(0, 4)));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`it answered ${status}: sorry`);
    expect(server.requests).toHaveLength(1);
  });

  test("when it leads elsewhere: credentials reach no other address", async () => {
    const [server, other] = [await IngestServer.start(), await IngestServer.start()];
    const client = await clientOf(server, { token: "secret" });
    server.script = () => ({ status: 307, headers: { location: other.url } });
    const error = await errorOf(client.write(numberedBatch(0, 1)));
    expect(error).toMatchObject({ code: "SINK_REFUSED", message: expect.stringContaining(`name ${other.url} as url`) });
    expect(other.requests).toEqual([]);
  });

  test("when a request gets no answer in time", async () => {
    const server = await IngestServer.start();
    const clock = new FakeClock();
    const client = await clientOf(server, { requestTimeout: 3000 }, { clock });
    server.freeze();
    const received = new Promise<void>((resolve) => {
      server.onRequest = resolve;
    });
    const writing = errorOf(client.write(numberedBatch(0, 1)));
    await received;
    clock.advanceMs(3000);
    expect(await writing).toMatchObject({
      code: "SINK_UNREACHABLE",
      message: expect.stringContaining("no answer within 3000 ms"),
    });
    expect(clock.timers).toBe(0);
  });

  test("not, when its answer is long: the beginning of it is the reason", async () => {
    const server = await IngestServer.start();
    const client = await clientOf(server);
    server.script = () => ({ status: 400, text: "x".repeat(10_000_000) });
    const { rejected } = await client.write(numberedBatch(0, 1));
    expect(rejected[0]?.reason).toHaveLength(305);
  });
});

describe("credentials", () => {
  const authorizations = ({ stored }: IngestServer) => stored.map(({ headers }) => headers.authorization);

  test("may be a token in a file, which is read at each connect", async () => {
    const server = await IngestServer.start();
    const tokenFile = join(await tempDir(), "token");
    const sink = await sinkTo(server, { tokenFile });
    for (const token of ["old", "new"]) {
      await writeFile(tokenFile, `${token}\n`);
      await (await connected(sink)).write(numberedBatch(0, 1));
    }
    expect(authorizations(server)).toEqual(["Bearer old", "Bearer new"]);
  });

  test("may be user and password, from the environment", async () => {
    const server = await IngestServer.start();
    const basic = { user: "plant", passwordEnv: "WEB_PASSWORD" };
    const client = await clientOf(server, basic, { environment: { WEB_PASSWORD: "pass:wörd" } });
    await client.write(numberedBatch(0, 1));
    expect(authorizations(server)).toEqual([`Basic ${Buffer.from("plant:pass:wörd").toString("base64")}`]);
  });

  test.each([
    ["a file that is not there", { tokenFile: "/nowhere/token" }, "/nowhere/token cannot be read"],
    ["a variable that is not set", { tokenEnv: "WEB_TOKEN" }, "WEB_TOKEN is not set"],
  ])("that are in %s are asked for before anything is sent", async (_what, options, message) => {
    const server = await IngestServer.start();
    const error = await errorOf(clientOf(server, options));
    expect(error).toMatchObject({ code: "SINK_REFUSED", message: expect.stringContaining(message) });
  });

  test("stand neither in what the sink is called nor in its errors", async () => {
    const server = await IngestServer.start();
    const sink = await sinkTo(server, { url: `${server.url}?key=secret`, token: "secret" });
    server.script = () => ({ status: 401 });
    const error = await errorOf((await connected(sink)).write(numberedBatch(0, 1)));
    expect([sink.target, error.message, JSON.stringify(error.details)].join()).not.toContain("secret");
    expect(server.requests[0]?.path).toBe("/ingest?key=secret");
  });
});

function contentsOf({ cert, key }: CertificateFiles) {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

describe.skipIf(isMissing("openssl"))("with TLS", () => {
  test("the server must be one that the authority vouches for", async () => {
    const [ours, theirs] = [await CertificateAuthority.create(), await CertificateAuthority.create()];
    const server = await IngestServer.start(contentsOf(ours.issue()));
    await (await clientOf(server, { tls: { ca: ours.cert } })).write(numberedBatch(0, 1));
    expect(offsetsOf(server.stored)).toEqual([0]);
    for (const tls of [{ ca: theirs.cert }, {}, { ca: ours.cert, serverName: "other.example" }]) {
      const error = await errorOf(clientOf(server, { tls }));
      expect(error).toMatchObject({ code: "SINK_REFUSED", message: expect.stringContaining("check tls") });
    }
    expect(server.requests).toHaveLength(1);
  });

  test("the client shows its certificate to a server that asks for one, and is refused without", async () => {
    const authority = await CertificateAuthority.create();
    const [ca, client] = [authority.cert, authority.issue()];
    const asking = { requestCert: true, rejectUnauthorized: true, ca: authority.pem };
    const server = await IngestServer.start({ ...contentsOf(authority.issue()), ...asking });
    await (await clientOf(server, { tls: { ca, ...client } })).write(numberedBatch(0, 1));
    expect(offsetsOf(server.stored)).toEqual([0]);
    const error = await errorOf((await clientOf(server, { tls: { ca } })).write(numberedBatch(0, 1)));
    expect(error).toMatchObject({ code: "SINK_REFUSED", message: expect.stringContaining("check tls") });
  });

  test("files that hold no certificate are named as a fault of the configuration", async () => {
    const authority = await CertificateAuthority.create();
    const server = await IngestServer.start(contentsOf(authority.issue()));
    const ca = join(await tempDir(), "ca.pem");
    await writeFile(ca, "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n");
    expect(await errorOf(clientOf(server, { tls: { ca } }))).toMatchObject({ code: "SINK_REFUSED" });
  });
});
