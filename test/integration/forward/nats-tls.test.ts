import { describe, expect, test } from "vitest";
import type { TlsOptions } from "../../../src/platform/tls-client.ts";
import { CertificateAuthority, type CertificateFiles } from "../../support/certificates.ts";
import { type NatsUpstream, natsUser, openNatsUpstream, startNats, streamName } from "../../support/nats-upstream.ts";
import { isMissing } from "../../support/servers.ts";
import { clientOf, errorOf } from "../../support/sink-clients.ts";
import { describeTls } from "./tls-suite.ts";

const optionsOf = ({ servers }: NatsUpstream, tls?: TlsOptions) =>
  ({
    kind: "nats",
    name: "stream",
    servers,
    ...natsUser,
    tls,
    stream: streamName,
    create: { replicas: 1, duplicateWindow: 120_000 },
    subject: "tidegate.{lane}",
    payload: "json",
    inflightMax: 100,
  }) as const;

const encrypted = ({ cert, key }: CertificateFiles, more = "") => `tls { cert_file: "${cert}", key_file: "${key}"${more} }`;

describeTls({
  kind: "nats",
  programs: ["nats-server"],
  async start(directory, { ca, ...own }) {
    const server = await startNats(directory, [encrypted(own, `, ca_file: "${ca}", verify: true`)]);
    return { options: (tls) => optionsOf(server, tls), end: () => server.kill() };
  },
});

describe.skipIf(["nats-server", "openssl"].some(isMissing))("a sink for NATS", () => {
  test("that reaches a server by its IP address does not take a certificate for localhost", async () => {
    const authority = await CertificateAuthority.create();
    const server = await openNatsUpstream([encrypted(authority.issue({ subjectAltName: "DNS:localhost" }))]);
    const error = await errorOf(clientOf(optionsOf(server, { ca: authority.cert })));
    expect(error).toMatchObject({ code: "SINK_REFUSED", message: expect.stringMatching(/is not for 127\.0\.0\.1/) });
  });

  test("that encrypts where the server does not, or the other way round, is refused and says who is to change", async () => {
    const plain = await openNatsUpstream();
    expect(await errorOf(clientOf(optionsOf(plain, {})))).toMatchObject({
      code: "SINK_REFUSED",
      message: expect.stringMatching(/does not speak TLS; give it tls in its config, or remove tls/),
    });
    const server = await openNatsUpstream([encrypted((await CertificateAuthority.create()).issue())]);
    expect(await errorOf(clientOf(optionsOf(server)))).toMatchObject({
      code: "SINK_REFUSED",
      message: expect.stringMatching(/accepts only encrypted connections; configure tls/),
    });
  });
});
