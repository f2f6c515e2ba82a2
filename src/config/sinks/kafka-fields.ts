// What the sink and the store for Kafka can both be told.

import { z } from "zod";
import { hostPort } from "../quantities.ts";
import { secretFields } from "./secret-schema.ts";
import { tls } from "./tls-schema.ts";

/** With checkSecret("password", ...). */
export const kafkaServerFields = {
  brokers: z.array(hostPort).min(1).max(20).describe("Brokers to begin with; they name the others."),
  mechanism: z
    .enum(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
    .default("SCRAM-SHA-512")
    .describe("How user name and password are shown (SASL)."),
  username: z.string().min(1).optional().describe("User name at the brokers. Absent: no authentication."),
  ...secretFields("password", "Password of that user."),
  tls: tls.optional().describe("How the connection is encrypted. Absent: not at all; {}: with the authorities of Node.js."),
};

export const kafkaCompression = z
  .enum(["gzip", "none"])
  .default("gzip")
  .describe("Compression of what is sent, and kept by the brokers.");
