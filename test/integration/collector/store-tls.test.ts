// Stores over encrypted connections, against real servers that have a certificate for 127.0.0.1 and ask for one of the same authority.

import { describe, expect, test } from "vitest";
import { openKafkaStore } from "../../../src/collector/kafka-store.ts";
import { openNatsStore } from "../../../src/collector/nats-store.ts";
import type { Store } from "../../../src/collector/store.ts";
import { systemClock as clock } from "../../../src/platform/clock.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import type { TlsOptions } from "../../../src/platform/tls-client.ts";
import { CertificateAuthority, type CertificateFiles } from "../../support/certificates.ts";
import { newKafkaPlace } from "../../support/kafka-store-broker.ts";
import { openKafkaBroker } from "../../support/kafka-upstream.ts";
import { natsStoreOptions } from "../../support/nats-store.ts";
import { openNatsUpstream } from "../../support/nats-upstream.ts";
import { readingBlock, readingsFrom } from "../../support/records.ts";
import { isMissing } from "../../support/servers.ts";
import { tempDir } from "../../support/temp-dir.ts";

const context = { originsMax: 10, environment: {}, clock, logger: createLogger("silent") };
const origin = { gatewayId: "gw-1", logId: "log-1" };

interface Server {
  open(tls: TlsOptions | undefined): Promise<Store>;
  end(): Promise<void>;
}

const servers: Readonly<Record<string, (files: CertificateFiles & { readonly ca: string }) => Promise<Server>>> = {
  async "nats-server"({ ca, cert, key }) {
    const server = await openNatsUpstream([`tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${ca}", verify: true }`]);
    return { open: (tls) => openNatsStore(natsStoreOptions(server, { tls }), context), end: () => server.kill() };
  },
  async kafka(tls) {
    const broker = await openKafkaBroker(await tempDir(), { tls });
    return { open: (own) => openKafkaStore({ ...newKafkaPlace(broker), ...context, tls: own }), end: () => broker.kill() };
  },
};

describe.each(Object.entries(servers))("a store on %s", (program, start) => {
  test.skipIf([program, "openssl"].some(isMissing))(
    "is opened with the right certificates, and says what is wrong with others",
    async () => {
      const authority = await CertificateAuthority.create();
      const stranger = await CertificateAuthority.create();
      const server = await start({ ca: authority.cert, ...authority.issue() });
      const right = { ca: authority.cert, ...authority.issue() };
      try {
        const store = await server.open(right);
        await store.contact(origin);
        expect(await store.append(origin, block(3))).toBe(3);
        await store.close();
        await expect(server.open({ ...right, ca: stranger.cert })).rejects.toMatchObject({
          code: "STORE_UNUSABLE",
          message: expect.stringMatching(/of no authority in store\.tls\.ca .*; name the file/),
        });
        await expect(server.open({ ...right, serverName: "other.example" })).rejects.toMatchObject({
          code: "STORE_UNUSABLE",
          message: expect.stringMatching(/is not for other\.example .*; name in store\.tls\.serverName/),
        });
        await expect(server.open(undefined)).rejects.toMatchObject({
          code: expect.stringMatching(/^STORE_(UNUSABLE|UNREACHABLE)$/),
          message: expect.stringMatching(/tls/i),
        });
      } finally {
        await server.end();
      }
    },
    120_000,
  );
});

function block(count: number) {
  return { lane: "readings", firstOffset: 0, count, bytes: readingBlock(readingsFrom(0, count)) } as const;
}
