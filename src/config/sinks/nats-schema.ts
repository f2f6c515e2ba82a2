import { z } from "zod";
import { duration, hostPort, size } from "../quantities.ts";
import { addressTemplate, payloadFormat } from "./address-schema.ts";
import { checkSecret, secretFields } from "./secret-schema.ts";
import { sinkFields } from "./sink-fields.ts";
import { tls } from "./tls-schema.ts";

const streamCreation = z.strictObject({
  replicas: z
    .int()
    .min(1)
    .max(5)
    .default(1)
    .meta({ unit: "servers" })
    .describe("Servers of a cluster that each have the stream. 3: what is acknowledged survives the loss of one."),
  duplicateWindow: duration({ min: "100ms", max: "7d" })
    .prefault("1h")
    .meta({ unit: "duration" })
    .describe(
      "For so long the stream knows a record again and takes it once. Longer than the outages to expect; the server remembers about 100 bytes a record.",
    ),
  ageMax: duration({ min: "1s", max: "3650d" })
    .optional()
    .meta({ unit: "duration" })
    .describe("The stream removes what is older. At least duplicateWindow. Default: nothing is too old."),
  sizeMax: size({ min: "1MiB", max: "65536GiB" })
    .optional()
    .meta({ unit: "bytes" })
    .describe("Most bytes of the stream; beyond it the oldest go. Default: no bound."),
});

export const natsSink = z
  .strictObject({
    kind: z.literal("nats").describe("Publishes each record to a JetStream stream of NATS, with its key as message id."),
    ...sinkFields,
    servers: z.array(hostPort).min(1).max(20).describe("Servers of the cluster; the first that answers is taken."),
    username: z.string().min(1).optional().describe("User name at the server."),
    ...secretFields("password", "Password of that user."),
    ...secretFields("token", "Token, instead of user name and password."),
    credentialsFile: z
      .string()
      .min(1)
      .optional()
      .describe("File of credentials (.creds), with JWT and seed. It is read at each connect."),
    tls: tls.optional().describe("How the connection is encrypted. Absent: not at all; {}: with the authorities of Node.js."),
    stream: z
      .string()
      .regex(/^[^\s.*>/\\]{1,255}$/)
      .default("tidegate")
      .meta({ allowed: "the name of a stream: no blanks, . * > / or \\" })
      .describe("Stream that must take the records. If it is not there: create."),
    create: streamCreation
      .optional()
      .describe("How the stream is created if it is not there. Absent: it is not; {}: with defaults."),
    subject: addressTemplate({
      default: "tidegate.{gateway}.{lane}.{device}.{metric}",
      example: "plant.{lane}.{device}",
      forbidden: /[*>\s]|^\.|\.\.|\.$/,
    }).describe("Subject of each record. In names, what cannot stand in a token (. * > and blanks) becomes _."),
    payload: payloadFormat,
    inflightMax: z
      .int()
      .min(1)
      .max(65_535)
      .default(512)
      .meta({ unit: "messages" })
      .describe("Most messages without acknowledgement."),
  })
  .superRefine((section, context) => {
    checkSecret("password", section, context);
    checkSecret("token", section, context);
  });
