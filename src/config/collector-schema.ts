// What a collector can be told.

import { z } from "zod";
import { logger } from "./logger-schema.ts";
import { hostPort, isLoopback } from "./quantities.ts";
import { store } from "./stores/store-schemas.ts";

const pemFile = (what: string) => z.string().min(1).describe(`PEM file of ${what}`);

const tls = z
  .strictObject({
    cert: pemFile("the collector's certificate, followed by those that issued it. It is read again when it changes."),
    key: pemFile("its private key, without a passphrase."),
    clientCa: pemFile("the authorities whose certificates gateways must show. Absent: gateways need none.").optional(),
    gatewayId: z
      .enum(["certificate", "any"])
      .optional()
      .describe(
        "With clientCa: what a gateway may call itself. certificate: its id must be a name of its certificate, which is the common name, a DNS name, or the last segment of a URI's path. any: whatever it likes, so that a stolen certificate serves for all. Default: certificate.",
      ),
  })
  .superRefine(({ clientCa, gatewayId }, context) => {
    if (gatewayId === undefined || clientCa !== undefined) return;
    const params = { remedy: "name clientCa, or remove it" };
    context.addIssue({ code: "custom", path: ["gatewayId"], message: "is for gateways that must show a certificate", params });
  });

const collectorSections = z.strictObject({
  listen: hostPort.prefault("127.0.0.1:7070").describe("Where gateways connect. Beyond loopback only with tls.clientCa."),
  tls: tls.optional().describe("Encryption of what gateways send. Absent: none."),
  data: z
    .strictObject({
      directory: z.string().min(1).default("./data/collector").describe("Directory of what was received; created if absent."),
    })
    .prefault({})
    .describe("Where it keeps what it received, with store.kind embedded."),
  store: store.prefault({ kind: "embedded" }).describe("What it keeps received records in."),
  logger: logger.prefault({}).describe("Diagnostics."),
});

export const collectorConfigSchema = collectorSections.superRefine((config, context) => {
  const fault = collectorListenFault(config);
  if (fault === null) return;
  const { message, remedy } = fault;
  context.addIssue({ code: "custom", path: ["listen"], message, params: { remedy } });
});

export type CollectorConfig = z.infer<typeof collectorSections>;

/** Why the collector may not listen there; null if it may. */
export function collectorListenFault({ listen, tls }: Pick<CollectorConfig, "listen" | "tls">) {
  if (isLoopback(listen.host) || tls?.clientCa !== undefined) return null;
  return {
    message: "is beyond loopback, where gateways must show a certificate",
    remedy:
      "configure tls with clientCa, or listen on 127.0.0.1 and put an authenticating proxy or an SSH tunnel in front of it",
  };
}
