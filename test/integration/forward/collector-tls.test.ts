// The gateway's side of an encrypted link: real certificates, a real collector, a real log.

import { once } from "node:events";
import { copyFileSync, readFileSync, renameSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { pino } from "pino";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type Collector, type CollectorLimits, startCollector } from "../../../src/collector/collector.ts";
import type { TlsFiles } from "../../../src/collector/tls-files.ts";
import { CollectorCertificates } from "../../../src/forward/collector-certificates.ts";
import { CollectorSink } from "../../../src/forward/collector-sink.ts";
import { Forwarder } from "../../../src/forward/forwarder.ts";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log } from "../../../src/log/log.ts";
import { type Clock, systemClock } from "../../../src/platform/clock.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import type { TlsOptions } from "../../../src/platform/tls-client.ts";
import { CertificateAuthority } from "../../support/certificates.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FlakyLink } from "../../support/flaky-link.ts";
import { RawMqtt } from "../../support/raw-mqtt.ts";
import { exportedValues, numbered, readingsFrom } from "../../support/records.ts";
import { runningGateway } from "../../support/running-gateway.ts";
import { isMissing } from "../../support/servers.ts";
import { tempDir } from "../../support/temp-dir.ts";

const silent = createLogger("silent");

/** A clock for looks at files; a little ahead, so that what openssl makes in the meantime is valid. */
const clockFromNow = () => new FakeClock(systemClock.nowUs() + 60e6);

interface CollectorSettings {
  readonly tls?: TlsFiles;
  readonly clock?: Clock;
  readonly directory?: string;
  readonly limits?: Partial<CollectorLimits>;
}

async function newCollector({ tls, clock = systemClock, directory, limits = {} }: CollectorSettings): Promise<Collector> {
  const listen = { host: "127.0.0.1", port: 0 };
  const store = { kind: "embedded", directory: directory ?? (await tempDir()) } as const;
  const options = { listen, store, tls, limits, clock, logger: silent };
  const collector = await startCollector(options);
  onTestFinished(() => collector.close());
  return collector;
}

interface Forwarding {
  readonly log: Log;
  readonly forwarder: Forwarder;
  /** Messages of warnings. */
  readonly warnings: string[];
}

interface ForwardingSettings {
  readonly gatewayId?: string;
  /** The files are looked at by it. */
  readonly clock?: Clock;
}

/** A log that is forwarded to 127.0.0.1. */
async function forwarding(port: number, files: TlsOptions, settings: ForwardingSettings = {}): Promise<Forwarding> {
  const { gatewayId = "gw-1", clock = clockFromNow() } = settings;
  const warnings: string[] = [];
  const logger = pino({ level: "warn" }, { write: (line) => void warnings.push(JSON.parse(line).msg) });
  const directory = await tempDir();
  const log = await openLevelLog({ directory, clock: systemClock, logger: silent, pendingReadingsMax: 1_000_000 });
  onTestFinished(() => log.close());
  const certificates = new CollectorCertificates({ files, clock, logger });
  const about = { name: "collector", gatewayId, logId: log.logId, compression: "none" } as const;
  const forwarder = new Forwarder({
    sink: new CollectorSink({ ...about, address: { host: "127.0.0.1", port }, certificates }),
    log,
    clock: systemClock,
    random: () => 0.5,
    logger,
    retry: { delayMsMin: 10, delayMsMax: 100 },
    ackTimeoutMs: 20_000,
    inflightBytesMax: 64 * 1024,
  });
  onTestFinished(() => forwarder.close());
  await forwarder.start();
  return { log, forwarder, warnings };
}

/** Appends readings whose values are their offsets, in blocks of ten. */
async function append(log: Log, count: number): Promise<void> {
  const { endOffset } = log.bounds("readings");
  for (let first = endOffset; first < endOffset + count; first += 10) {
    const readings = readingsFrom(first, 10);
    await new Promise<void>((resolve, reject) =>
      log.append({ readings }, (error) => (error === null ? resolve() : reject(error))),
    );
  }
}

const until = (condition: () => boolean) => vi.waitFor(() => expect(condition()).toBe(true), { timeout: 20_000, interval: 2 });

const isDrained = ({ forwarder }: Forwarding) =>
  forwarder.status().state === "live" && forwarder.status().lanes.readings.pendingRecords === 0;

/** Files of a gateway that can be replaced, each at once. */
async function replaceable(from: Required<Pick<TlsOptions, "ca" | "cert" | "key">>) {
  const directory = await tempDir();
  const files = { ca: join(directory, "ca.pem"), cert: join(directory, "cert.pem"), key: join(directory, "key.pem") };
  const replace = (by: Partial<typeof from>) => {
    for (const field of ["ca", "cert", "key"] as const) {
      const path = by[field];
      if (path === undefined) continue;
      copyFileSync(path, `${files[field]}.new`);
      renameSync(`${files[field]}.new`, files[field]);
    }
  };
  replace(from);
  return { files, replace };
}

describe.skipIf(isMissing("openssl"))("a link with certificates on both sides", () => {
  test("carries every record, and its bytes are counted as they pass", async () => {
    const [authority, gateways] = [await CertificateAuthority.create(), await CertificateAuthority.create()];
    const directory = await tempDir();
    const collector = await newCollector({ tls: { ...authority.issue(), clientCa: gateways.cert }, directory });
    const link = await FlakyLink.open(collector.address.port);
    const running = await forwarding(link.port, { ca: authority.cert, ...gateways.issue() });
    await append(running.log, 500);
    await until(() => isDrained(running));
    await until(() => running.forwarder.status().sentBytes === link.bytesUp);
    await running.forwarder.close();
    expect(running.forwarder.status().sentBytes).toBeGreaterThan(2000);
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(500));
    expect(running.warnings).toEqual([]);
  });

  test.each(["before", "after"])("is destroyed when the forwarder closes, with a peer that is silent %s TLS", async (when) => {
    const authority = await CertificateAuthority.create();
    const { cert, key } = authority.issue();
    const [plain, encrypted] = [createServer(), createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) })];
    const server = when === "before" ? plain : encrypted;
    let open = 0;
    server.on("connection", (socket: Socket) => {
      open += 1;
      socket.on("close", () => {
        open -= 1;
      });
    });
    server.on(when === "before" ? "connection" : "secureConnection", (socket: Socket) => {
      socket.on("error", () => socket.destroy());
      socket.resume();
    });
    server.listen(0, "127.0.0.1");
    const silence = once(server, when === "before" ? "connection" : "secureConnection");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { forwarder } = await forwarding((server.address() as AddressInfo).port, { ca: authority.cert });
    await silence;
    expect(open).toBe(1);
    await forwarder.close();
    await until(() => open === 0);
  });

  test("takes new authorities and certificates of both sides while records flow; none is missing or doubled", async () => {
    const [before, after] = [await CertificateAuthority.create(), await CertificateAuthority.create()];
    const directory = await tempDir();
    const clock = clockFromNow();
    const theirs = await replaceable({ ca: before.cert, ...before.issue() });
    const tls = { cert: theirs.files.cert, key: theirs.files.key, clientCa: theirs.files.ca };
    const collector = await newCollector({ tls, clock, directory });
    const link = await FlakyLink.open(collector.address.port);
    const mine = await replaceable({ ca: before.cert, ...before.issue() });
    const running = await forwarding(link.port, mine.files, { clock });
    for (const authority of [after, before, after]) {
      const renewed = link.connections + 1;
      const target = running.log.bounds("readings").endOffset + 500;
      const appending = append(running.log, 2000);
      await until(() => running.forwarder.status().lanes.readings.confirmedOffset >= target);
      theirs.replace({ ca: authority.cert, ...authority.issue() });
      mine.replace({ ca: authority.cert, ...authority.issue() });
      clock.advanceMs(10_000);
      await until(() => link.connections === renewed);
      await appending;
      await until(() => isDrained(running));
    }
    expect(running.forwarder.status()).toMatchObject({ lastError: null, failures: 0 });
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(6000));
  });

  test("stays open when new files are wrong, which is said once with the remedy; right ones are then taken", async () => {
    const authority = await CertificateAuthority.create();
    const collector = await newCollector({ tls: { ...authority.issue(), clientCa: authority.cert } });
    const link = await FlakyLink.open(collector.address.port);
    const clock = clockFromNow();
    const { files, replace } = await replaceable({ ca: authority.cert, ...authority.issue() });
    const running = await forwarding(link.port, files, { clock });
    await until(() => running.forwarder.status().state === "live");
    const renewed = authority.issue();
    replace({ key: renewed.key });
    for (let look = 0; look < 3; look++) clock.advanceMs(10_000);
    expect(running.warnings).toEqual([
      expect.stringMatching(/^forward\.collector\.tls\.key .* is not the key of .*; name the key .* stays in use$/),
    ]);
    await append(running.log, 10);
    await until(() => isDrained(running));
    expect(link.connections).toBe(1);
    link.cut();
    link.heal();
    await until(() => isDrained(running) && link.connections >= 2);
    const { connections } = link;
    replace({ cert: renewed.cert });
    clock.advanceMs(10_000);
    await until(() => link.connections === connections + 1 && isDrained(running));
  });
});

describe.skipIf(isMissing("openssl"))("a link that does not come to be because of certificates", () => {
  /** What the status says of it, as long as it lasts. */
  async function refusal(port: number, files: TlsOptions): Promise<string> {
    const { log, forwarder, warnings } = await forwarding(port, files);
    await append(log, 10);
    await until(() => forwarder.status().failures >= 2);
    const { lastError, state } = forwarder.status();
    expect(lastError?.code).toBe("COLLECTOR_REFUSED");
    expect(["backing-off", "connecting"]).toContain(state);
    expect(warnings).toEqual([lastError?.message]);
    await forwarder.close();
    return lastError?.message ?? "";
  }

  test("says that the collector's certificate has expired", async () => {
    const authority = await CertificateAuthority.create();
    const clock = new FakeClock(Date.UTC(2020, 0, 15) * 1000);
    const { port } = (await newCollector({ tls: authority.issueExpired(), clock })).address;
    expect(await refusal(port, { ca: authority.cert })).toMatch(/its certificate has expired.*; have it renewed there/);
  });

  test("says that the collector's certificate is of another authority, or for another name", async () => {
    const [authority, other] = [await CertificateAuthority.create(), await CertificateAuthority.create()];
    const { port } = (await newCollector({ tls: authority.issue({ subjectAltName: "DNS:collector.example" }) })).address;
    expect(await refusal(port, { ca: other.cert })).toMatch(/of no authority in forward\.collector\.tls\.ca .*; name the file/);
    expect(await refusal(port, {})).toMatch(/of no authority that Node\.js trusts; name the file/);
    expect(await refusal(port, { ca: authority.cert })).toMatch(
      /is not for 127\.0\.0\.1 .*; name in forward\.collector\.tls\.serverName/,
    );
    const running = await forwarding(port, { ca: authority.cert, serverName: "collector.example" });
    await until(() => running.forwarder.status().state === "live");
  });

  test("says that the gateway's certificate is missing, not accepted, or not to be read", async () => {
    const [authority, other] = [await CertificateAuthority.create(), await CertificateAuthority.create()];
    const { port } = (await newCollector({ tls: { ...authority.issue(), clientCa: authority.cert } })).address;
    const ca = authority.cert;
    expect(await refusal(port, { ca })).toMatch(/only clients with a certificate; name one in forward\.collector\.tls\.cert/);
    expect(await refusal(port, { ca, ...other.issue() })).toMatch(
      /does not accept this gateway's certificate .*; have it issued/,
    );
    expect(await refusal(port, { ca, ...authority.issueExpired() })).toMatch(
      /tls\.cert .* expired at .* 2020 .*; have it renewed/,
    );
    expect(await refusal(port, { ca, ...authority.issueWeak() })).toMatch(/ee key too small.*; check forward\.collector\.tls$/);
    const { cert } = authority.issue();
    expect(await refusal(port, { ca, cert, key: "/nowhere.key" })).toMatch(/tls\.key \/nowhere\.key cannot be read: ENOENT/);
  });

  test("says that the gateway's certificate is for another gateway; that one goes on, and so does this one with its own", async () => {
    const authority = await CertificateAuthority.create();
    const directory = await tempDir();
    const collector = await newCollector({ tls: { ...authority.issue(), clientCa: authority.cert }, directory });
    const { files, replace } = await replaceable({ ca: authority.cert, ...authority.issue({ commonName: "gw-2" }) });
    const impostor = await forwarding(collector.address.port, files);
    await append(impostor.log, 100);
    await until(() => impostor.forwarder.status().failures >= 2);
    const other = await forwarding(collector.address.port, files, { gatewayId: "gw-2" });
    await append(other.log, 50);
    await until(() => isDrained(other));
    expect(impostor.forwarder.status().lastError).toMatchObject({
      code: "COLLECTOR_REFUSED",
      message: expect.stringMatching(
        /does not let this gateway call itself gw-1 with .* forward\.collector\.tls\.cert .*cert\.pem: .* is for "gw-2"; have a certificate issued for gw-1, set gateway\.id/,
      ),
    });
    expect(impostor.warnings).toEqual([impostor.forwarder.status().lastError?.message]);
    replace(authority.issue());
    await until(() => isDrained(impostor));
    const received = (await collector.report()).map(({ gatewayId, lanes }) => [gatewayId, lanes.readings.received]);
    expect(received.sort()).toEqual([
      ["gw-1", 100],
      ["gw-2", 50],
    ]);
  });

  test("says what is wrong with new files, if the collector refuses the old ones", async () => {
    const [authority, other] = [await CertificateAuthority.create(), await CertificateAuthority.create()];
    const clock = clockFromNow();
    const theirs = await replaceable({ ca: authority.cert, ...authority.issue() });
    const tls = { cert: theirs.files.cert, key: theirs.files.key, clientCa: theirs.files.ca };
    const link = await FlakyLink.open((await newCollector({ tls, clock })).address.port);
    const { files, replace } = await replaceable({ ca: authority.cert, ...authority.issue() });
    const { forwarder } = await forwarding(link.port, files, { clock });
    await until(() => forwarder.status().state === "live");
    replace(other.issueExpired());
    theirs.replace({ ca: other.cert });
    clock.advanceMs(10_000);
    link.cut();
    link.heal();
    await until(() => forwarder.status().lastError?.code === "COLLECTOR_REFUSED");
    expect(forwarder.status().lastError?.message).toMatch(/tls\.cert .* expired at .* 2020 .*; have it renewed$/);
  });

  test("is not mistaken for one that the collector refuses for another reason", async () => {
    const authority = await CertificateAuthority.create();
    const { port } = (await newCollector({ tls: authority.issue(), limits: { streamsMax: 1 } })).address;
    const first = await forwarding(port, { ca: authority.cert });
    await until(() => first.forwarder.status().state === "live");
    const { forwarder } = await forwarding(port, { ca: authority.cert });
    await until(() => forwarder.status().lastError?.message.includes("it refused the stream") ?? false);
  });

  test("says that the collector does not encrypt", async () => {
    const { port } = (await newCollector({})).address;
    expect(await refusal(port, {})).toMatch(/does not speak TLS; give it tls in its config, or remove/);
  });

  test("keeps no sensor from being acknowledged, and comes to be with the next attempt after the files are right", async () => {
    const [authority, other] = [await CertificateAuthority.create(), await CertificateAuthority.create()];
    const directory = await tempDir();
    const collector = await newCollector({ tls: { ...authority.issue(), clientCa: authority.cert }, directory });
    const { files, replace } = await replaceable({ ca: other.cert, ...authority.issue({ commonName: "test" }) });
    const { gateway, port } = await runningGateway(`forward:
  collector:
    address: 127.0.0.1:${collector.address.port}
    tls: ${JSON.stringify(files)}
    retryDelayMin: 10ms
    retryDelayMax: 100ms
`);
    const sink = () => gateway.status().sinks.collector;
    const client = await RawMqtt.connected(port, 5);
    const publish = async (messageId: number) => {
      client.send({
        cmd: "publish",
        topic: "sensors/boiler/temperature",
        payload: `${messageId}`,
        qos: 1,
        messageId,
        dup: false,
        retain: false,
      });
      expect((await client.next("puback")).reasonCode ?? 0).toBe(0);
    };
    for (let messageId = 1; messageId <= 50; messageId++) await publish(messageId);
    await until(() => sink()?.lastError?.includes("is of no authority in") ?? false);
    replace({ ca: authority.cert });
    for (let messageId = 51; messageId <= 100; messageId++) await publish(messageId);
    await until(() => sink()?.lanes.readings?.backlogRecords === 0);
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(100, 1).map(([offset, value]) => [offset - 1, value]));
  });
});
