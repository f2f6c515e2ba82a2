import { z } from "zod";
import { hostPort } from "../quantities.ts";
import { payloadFormat } from "./address-schema.ts";
import { checkSecret, secretFields } from "./secret-schema.ts";
import { sinkFields } from "./sink-fields.ts";
import { tls } from "./tls-schema.ts";

export const kafkaSink = z
  .strictObject({
    kind: z.literal("kafka").describe("Publishes each record to a topic of Kafka, with its series as key."),
    ...sinkFields,
    brokers: z.array(hostPort).min(1).max(20).describe("Brokers to begin with; they name the others."),
    mechanism: z
      .enum(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
      .default("SCRAM-SHA-512")
      .describe("How user name and password are shown (SASL)."),
    username: z.string().min(1).optional().describe("User name at the brokers. Absent: no authentication."),
    ...secretFields("password", "Password of that user."),
    tls: tls.optional().describe("How the connection is encrypted. Absent: not at all; {}: with the authorities of Node.js."),
    topic: z
      .string()
      .regex(/^(?:[A-Za-z0-9._-]|\{(?:gateway|log|lane)\}){1,200}$/)
      .default("tidegate.{lane}")
      .meta({ allowed: "A-Z a-z 0-9 . _ - with {gateway}, {log} and {lane} as placeholders" })
      .describe("Topic of the records."),
    createTopic: z
      .boolean()
      .default(false)
      .describe("true: brokers that may do so (auto.create.topics.enable) create a topic that is not there."),
    payload: payloadFormat,
    compression: z.enum(["gzip", "none"]).default("gzip").describe("Compression of what is sent, and kept by the brokers."),
  })
  .superRefine((section, context) => checkSecret("password", section, context));
