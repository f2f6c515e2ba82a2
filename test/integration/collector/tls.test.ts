import { readFileSync } from "node:fs";
import { copyFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { credentials, status } from "@grpc/grpc-js";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { tidegate } from "#proto";
import { type Collector, type CollectorTls, startCollector } from "../../../src/collector/collector.ts";
import { reportOfCollector } from "../../../src/collector/report-service.ts";
import { readTlsFiles, type TlsFiles } from "../../../src/collector/tls-files.ts";
import { type Clock, systemClock } from "../../../src/platform/clock.ts";
import { createLogger, type Logger } from "../../../src/platform/logger.ts";
import { CertificateAuthority, type CertificateFiles } from "../../support/certificates.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { RawGateway } from "../../support/raw-gateway.ts";
import { readingBlock, readingsFrom } from "../../support/records.ts";
import { isMissing } from "../../support/servers.ts";
import { tempDir } from "../../support/temp-dir.ts";

const { LANE_READINGS: lane } = tidegate.v1.Lane;
/** A little ahead, so that what openssl makes in the meantime is valid. */
const nowUs = systemClock.nowUs() + 60e6;

/** A logger, and the messages of what it logs as errors or warnings. */
function loggedWarnings(): { readonly logger: Logger; readonly warnings: string[] } {
  const warnings: string[] = [];
  return { logger: pino({ level: "warn" }, { write: (line) => void warnings.push(JSON.parse(line).msg) }), warnings };
}

async function newCollector(
  tls: CollectorTls,
  clock: Clock = systemClock,
  logger = createLogger("silent"),
): Promise<Collector> {
  const listen = { host: "127.0.0.1", port: 0 };
  const collector = await startCollector({
    listen,
    store: { kind: "embedded", directory: await tempDir() },
    tls,
    clock,
    logger,
  });
  onTestFinished(() => collector.close());
  return collector;
}

function trusting(authority: CertificateAuthority, shown?: CertificateFiles) {
  if (shown === undefined) return credentials.createSsl(authority.pem);
  return credentials.createSsl(authority.pem, readFileSync(shown.key), readFileSync(shown.cert));
}

function batch(firstOffset: number, count: number) {
  return { batch: { lane, firstOffset, count, block: readingBlock(readingsFrom(firstOffset, count)) } };
}

/** What `gateway` gets for a Hello. */
const greeting = (gateway: RawGateway) =>
  gateway.hello().then(
    () => "welcome",
    ({ code }) => code as unknown,
  );

describe.skipIf(isMissing("openssl"))("with certificates", () => {
  test("a collector with tls serves those who trust its certificate, and nobody in plain text", async () => {
    const [authority, other] = [await CertificateAuthority.create(), await CertificateAuthority.create()];
    const { port } = (await newCollector(authority.issue())).address;
    expect(await greeting(new RawGateway(port, trusting(authority)))).toBe("welcome");
    expect(await greeting(new RawGateway(port, trusting(other)))).toBe(status.UNAVAILABLE);
    expect(await greeting(new RawGateway(port))).toBe(status.UNAVAILABLE);
  });

  test("with tls.clientCa only gateways with a certificate of that authority are served, and so is a report", async () => {
    const [authority, gateways, other] = await Promise.all([1, 2, 3].map(() => CertificateAuthority.create()));
    const collector = await newCollector({ ...authority!.issue(), clientCa: gateways!.cert });
    const { port } = collector.address;
    const mine = gateways!.issue();
    expect(await greeting(new RawGateway(port, trusting(authority!, mine)))).toBe("welcome");
    expect(await greeting(new RawGateway(port, trusting(authority!, other!.issue())))).toBe(status.UNAVAILABLE);
    expect(await greeting(new RawGateway(port, trusting(authority!)))).toBe(status.UNAVAILABLE);
    const nobodys = gateways!.issue({ commonName: "operator" });
    const tls = { ca: authority!.pem, cert: readFileSync(nobodys.cert), key: readFileSync(nobodys.key) };
    const report = await reportOfCollector({ address: `127.0.0.1:${port}`, tls, clock: systemClock });
    expect(report).toEqual(await collector.report());
    const refused = reportOfCollector({ address: `127.0.0.1:${port}`, clock: systemClock });
    await expect(refused).rejects.toMatchObject({ code: "COLLECTOR_UNREACHABLE" });
  });

  describe("a gateway that shows a certificate is served", () => {
    async function demanding(gatewayId?: "certificate" | "any") {
      const authority = await CertificateAuthority.create();
      const { logger, warnings } = loggedWarnings();
      const tls = { ...authority.issue(), clientCa: authority.cert, gatewayId };
      return { authority, warnings, collector: await newCollector(tls, systemClock, logger) };
    }

    test.each([
      ["its common name", "press-1", { commonName: "press-1" }],
      ["a DNS name", "press-1.plant", { subjectAltName: "DNS:other,DNS:press-1.plant" }],
      ["the last segment of a URI", "press-1", { subjectAltName: "URI:spiffe://plant.example/gateways/press-1" }],
    ])("under %s", async (_, gatewayId, names) => {
      const { authority, collector } = await demanding();
      const gateway = new RawGateway(collector.address.port, trusting(authority, authority.issue(names)));
      expect(await gateway.hello({ gatewayId })).toHaveProperty("welcome");
    });

    test.each([
      ["another name", "gw-2", {}, '"gw-1"'],
      ["its name in capitals", "GW-1", {}, '"gw-1"'],
      ["what its wildcard covers", "a.plant", { subjectAltName: "DNS:*.plant" }, '"gw-1", "*.plant"'],
      ["its IP address", "127.0.0.1", {}, '"gw-1"'],
      ["the host of a URI", "plant", { subjectAltName: "URI:spiffe://plant/" }, '"gw-1"'],
      ["what a name hides", "gw-2", { subjectAltName: "@names\n[names]\nDNS=x, DNS:gw-2" }, '"gw-1", "x, DNS:gw-2"'],
    ])("not under %s, and both sides hear which names it has", async (_, gatewayId, names, shown) => {
      const { authority, collector, warnings } = await demanding();
      const gateway = new RawGateway(collector.address.port, trusting(authority, authority.issue(names)));
      const refused = await gateway.hello({ gatewayId }).catch((error) => error);
      const message = `gateway_id ${gatewayId} is no name of its certificate, which is for ${shown}; have a certificate issued`;
      expect(refused).toMatchObject({ code: status.PERMISSION_DENIED, details: expect.stringContaining(message) });
      expect(warnings).toEqual([expect.stringContaining(message)]);
      expect(collector.status()).toMatchObject({ streams: 0, refusedStreams: { identity: 1 } });
      expect(await collector.report()).toEqual([]);
    });

    test("under any name with gatewayId any", async () => {
      const { authority, collector } = await demanding("any");
      const gateway = new RawGateway(collector.address.port, trusting(authority, authority.issue()));
      expect(await gateway.hello({ gatewayId: "gw-2" })).toHaveProperty("welcome");
    });

    test("and one that claims its name with another certificate changes nothing for it", async () => {
      const { authority, collector } = await demanding();
      const { port } = collector.address;
      const gateway = new RawGateway(port, trusting(authority, authority.issue()));
      await gateway.hello();
      gateway.send(batch(0, 5));
      const impostor = new RawGateway(port, trusting(authority, authority.issue({ commonName: "gw-2" })));
      impostor.send({ hello: { protocol: 1, gatewayId: "gw-1", logId: "log-1" } });
      impostor.send(batch(0, 50));
      expect((await impostor.failure()).code).toBe(status.PERMISSION_DENIED);
      gateway.send(batch(5, 5));
      await gateway.acknowledged(lane, 10);
      expect(collector.status()).toMatchObject({ streams: 1, storedRecords: 10, duplicateRecords: 0 });
    });
  });

  /** Files that can be replaced. */
  async function filesOf(issued: CertificateFiles) {
    const directory = await tempDir();
    const files = { cert: join(directory, "cert.pem"), key: join(directory, "key.pem") };
    const replace = async (by: CertificateFiles) => {
      await copyFile(by.cert, files.cert);
      await copyFile(by.key, files.key);
    };
    await replace(issued);
    return { files, replace };
  }

  function clockFromNow(): FakeClock {
    const clock = new FakeClock();
    clock.advanceMs((nowUs - clock.nowUs()) / 1000);
    return clock;
  }

  test("certificates that change are used for new connections, and open streams go on", async () => {
    const [before, after] = [await CertificateAuthority.create(), await CertificateAuthority.create()];
    const { files, replace } = await filesOf(before.issue());
    const clock = clockFromNow();
    const { port } = (await newCollector(files, clock)).address;
    const open = new RawGateway(port, trusting(before));
    await open.hello();
    await replace(after.issue());
    expect(await greeting(new RawGateway(port, trusting(before)))).toBe("welcome");
    clock.advanceMs(10_000);
    expect(await greeting(new RawGateway(port, trusting(after)))).toBe("welcome");
    expect(await greeting(new RawGateway(port, trusting(before)))).toBe(status.UNAVAILABLE);
    open.send(batch(0, 5));
    await open.acknowledged(lane, 5);
  });

  test("authorities of gateways that change hold for new connections", async () => {
    const [authority, before, after] = await Promise.all([1, 2, 3].map(() => CertificateAuthority.create()));
    const clientCa = join(await tempDir(), "clients.pem");
    await copyFile(before!.cert, clientCa);
    const clock = clockFromNow();
    const { port } = (await newCollector({ ...authority!.issue(), clientCa }, clock)).address;
    const shown = after!.issue();
    expect(await greeting(new RawGateway(port, trusting(authority!, shown)))).toBe(status.UNAVAILABLE);
    await copyFile(after!.cert, clientCa);
    clock.advanceMs(10_000);
    expect(await greeting(new RawGateway(port, trusting(authority!, shown)))).toBe("welcome");
    expect(await greeting(new RawGateway(port, trusting(authority!, before!.issue())))).toBe(status.UNAVAILABLE);
  });

  test("files that are wrong when they change are named once with the remedy, and the old certificates stay", async () => {
    const authority = await CertificateAuthority.create();
    const { files, replace } = await filesOf(authority.issue());
    const clock = clockFromNow();
    const { logger, warnings } = loggedWarnings();
    const { port } = (await newCollector(files, clock, logger)).address;
    await replace({ ...authority.issue(), key: authority.issue().key });
    for (let look = 0; look < 3; look++) clock.advanceMs(10_000);
    expect(warnings).toEqual([expect.stringMatching(/tls\.key .* is not the key of .*; name the key .* stay in use$/)]);
    expect(await greeting(new RawGateway(port, trusting(authority)))).toBe("welcome");
    await rename(files.key, `${files.key}.away`);
    clock.advanceMs(10_000);
    expect(warnings.slice(1)).toEqual([expect.stringMatching(/cannot be read: ENOENT/)]);
    expect(await greeting(new RawGateway(port, trusting(authority)))).toBe("welcome");
    await replace(authority.issue());
    clock.advanceMs(10_000);
    expect(await greeting(new RawGateway(port, trusting(authority)))).toBe("welcome");
    expect(warnings).toHaveLength(2);
  });

  test("each fault of the files is named with its field, and a collector with one does not start", async () => {
    const authority = await CertificateAuthority.create();
    const { cert, key } = authority.issue();
    const garbage = join(await tempDir(), "garbage.pem");
    await writeFile(garbage, "this is no certificate");
    const faultsOf = (files: TlsFiles, atUs = nowUs) =>
      readTlsFiles(files, atUs).faults.map(({ field, problem }) => `${field} ${problem}`);
    const missing = join(await tempDir(), "missing.pem");
    const daysUs = 86_400 * 1e6;
    expect(faultsOf({ cert, key, clientCa: authority.cert })).toEqual([]);
    expect(faultsOf({ cert: missing, key: missing, clientCa: missing })).toHaveLength(3);
    expect(faultsOf({ cert, key: missing })).toEqual([expect.stringContaining("key cannot be read: ENOENT")]);
    expect(faultsOf({ cert: garbage, key })).toEqual([expect.stringContaining("cert holds no certificate")]);
    expect(faultsOf({ cert, key: garbage })).toEqual([expect.stringContaining("key holds no private key")]);
    expect(faultsOf({ cert, key, clientCa: key })).toEqual([expect.stringContaining("clientCa holds no certificate")]);
    expect(faultsOf({ cert, key: authority.issue().key })).toEqual([expect.stringContaining("key is not the key of")]);
    expect(faultsOf({ cert, key }, nowUs + 3 * daysUs)).toEqual([expect.stringContaining("cert expired at")]);
    expect(faultsOf({ cert, key }, nowUs - daysUs)).toEqual([expect.stringContaining("cert is not valid before")]);
    await expect(newCollector({ cert, key: missing })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});
