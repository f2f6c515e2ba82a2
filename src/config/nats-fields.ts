// What a sink and a store in NATS have in common: how a server is reached, and what a stream is.

import { z } from "zod";
import { duration, hostPort, size } from "./quantities.ts";
import { checkSecret, secretFields } from "./sinks/secret-schema.ts";
import { tls } from "./sinks/tls-schema.ts";

export const natsServerFields = {
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
};

export function checkNatsSecrets(section: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  checkSecret("password", section, context);
  checkSecret("token", section, context);
}

export const streamName = z
  .string()
  .regex(/^[^\s.*>/\\]{1,255}$/)
  .meta({ allowed: "the name of a stream: no blanks, . * > / or \\" });

/** How a stream is created. */
export const streamFields = {
  replicas: z
    .int()
    .min(1)
    .max(5)
    .default(1)
    .meta({ unit: "servers" })
    .describe("Servers of a cluster that each have the stream. 3: what is acknowledged survives the loss of one."),
  ageMax: duration({ min: "1s", max: "3650d" })
    .optional()
    .meta({ unit: "duration" })
    .describe("The stream removes what is older. Default: nothing is too old."),
  sizeMax: size({ min: "1MiB", max: "65536GiB" })
    .optional()
    .meta({ unit: "bytes" })
    .describe("Most bytes of the stream; beyond it the oldest go. Default: no bound."),
};
