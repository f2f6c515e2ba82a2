// What every sink that encrypts promises, against its real server: one that has a certificate for 127.0.0.1 and plant.example, and asks
// for one of the same authority.

import { mkdtempSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SinkOptions } from "../../../src/forward/sinks/sink-table.ts";
import type { TlsOptions } from "../../../src/platform/tls-client.ts";
import { CertificateAuthority, type CertificateFiles } from "../../support/certificates.ts";
import { isMissing } from "../../support/servers.ts";
import { numberedBatch } from "../../support/sink-batches.ts";
import { clientOf, errorOf } from "../../support/sink-clients.ts";

export interface TlsServer {
  options(tls: TlsOptions): SinkOptions;
  end(): Promise<void>;
}

export interface TlsHarness {
  readonly kind: string;
  /** Programs that it runs, as scripts/test-servers.mjs names them. */
  readonly programs: readonly string[];
  /** @param directory an existing one, removed after the tests. */
  start(directory: string, files: CertificateFiles & { readonly ca: string }): Promise<TlsServer>;
}

/** @param more further tests of the same server, with options that it accepts. */
export function describeTls({ kind, programs, start }: TlsHarness, more: (right: () => SinkOptions) => void = () => {}): void {
  describe.skipIf([...programs, "openssl"].some(isMissing))(`a sink ${kind} with TLS`, () => {
    let directory: string;
    let authority: CertificateAuthority;
    let stranger: CertificateAuthority;
    let server: TlsServer;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "tidegate-tls-"));
      const authorityIn = () => CertificateAuthority.create(mkdtempSync(join(directory, "authority-")));
      [authority, stranger] = [await authorityIn(), await authorityIn()];
      const own = authority.issue({ subjectAltName: "IP:127.0.0.1,DNS:plant.example" });
      server = await start(directory, { ca: authority.cert, ...own });
    });

    afterAll(async () => {
      await server?.end();
      await rm(directory, { recursive: true, force: true });
    });

    const right = () => ({ ca: authority.cert, ...authority.issue() });
    more(() => server.options(right()));

    const failureWith = (tls: TlsOptions) => errorOf(clientOf(server.options(tls)));

    test("forwards to a server that it trusts and shows it its certificate", async () => {
      const client = await clientOf(server.options(right()));
      expect(await client.write(numberedBatch(0, 3))).toEqual({ rejected: [], kept: [], retryAfterMs: 0 });
    });

    test("takes a server for the one that is named rather than addressed", async () => {
      const client = await clientOf(server.options({ ...right(), serverName: "plant.example" }));
      expect(await client.write(numberedBatch(3, 3))).toEqual({ rejected: [], kept: [], retryAfterMs: 0 });
    });

    test.each<[string, () => TlsOptions, RegExp]>([
      ["of an unknown authority", () => ({ ...right(), ca: stranger.cert }), /of no authority in tls\.ca .*; name the file/],
      [
        "of an authority that Node.js does not know",
        () => authority.issue(),
        /of no authority that Node\.js trusts; name the file/,
      ],
      [
        "for another name",
        () => ({ ...right(), serverName: "other.example" }),
        /its certificate is not for other\.example .*; name in tls\.serverName whom it is for/,
      ],
    ])("is refused, and says so, with a server whose certificate is %s", async (_, tls, message) => {
      expect(await failureWith(tls())).toMatchObject({ code: "SINK_REFUSED", message: expect.stringMatching(message) });
    });

    // Where the server closes at once, its reason can be lost on the way.
    test.each<[string, () => TlsOptions, RegExp]>([
      [
        "without a certificate",
        () => ({ ca: authority.cert }),
        /accepts only clients with a certificate; name one in tls\.cert/,
      ],
      [
        "with one of an unknown authority",
        () => ({ ca: authority.cert, ...stranger.issue() }),
        /does not accept this gateway's certificate tls\.cert .*; have it issued by an authority that it trusts/,
      ],
    ])("is told what to do %s", async (_, tls, message) => {
      const { code, message: said } = await failureWith(tls());
      expect(said).toMatch(message);
      expect(code).toBe(said.includes("perhaps") ? "SINK_UNREACHABLE" : "SINK_REFUSED");
    });

    test.each<[string, () => TlsOptions, RegExp]>([
      [
        "is not the one of its certificate",
        () => ({ ...right(), key: authority.issue().key }),
        /key values mismatch; check tls/,
      ],
      ["cannot be read", () => ({ ...right(), key: "/nowhere.key" }), /\/nowhere\.key cannot be read: ENOENT/],
    ])("is refused where its key %s", async (_, tls, message) => {
      expect(await failureWith(tls())).toMatchObject({ code: "SINK_REFUSED", message: expect.stringMatching(message) });
    });
  });
}
