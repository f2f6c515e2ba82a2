import { z } from "zod";
import { duration, hostPort } from "../quantities.ts";
import { checkSecret, secretFields } from "./secret-schema.ts";
import { sinkFields } from "./sink-fields.ts";
import { tls } from "./tls-schema.ts";

export const postgresSink = z
  .strictObject({
    kind: z.literal("postgres").describe("Inserts rows into tables of PostgreSQL, or of TimescaleDB."),
    ...sinkFields,
    address: hostPort.prefault("127.0.0.1:5432").describe("Where the server listens, PostgreSQL 14 or later."),
    database: z.string().min(1).describe("Name of the database."),
    user: z.string().min(1).describe("Whom the sink is there. It needs INSERT and SELECT on the tables."),
    ...secretFields("password", "Password of the user."),
    tls: tls.optional().describe("Encryption. Absent: none."),
    schema: z
      .string()
      .regex(/^[a-z_][a-z0-9_]{0,62}$/)
      .default("tidegate_sink")
      .meta({ allowed: "1 to 63 of a-z 0-9 _, not beginning with a digit" })
      .describe("Schema of the tables readings, results and alerts."),
    createTables: z
      .boolean()
      .default(true)
      .meta({ allowed: "true or false" })
      .describe(
        "Whether tables that are not there are made, readings as a hypertable if the extension timescaledb is there. The user then needs CREATE in the database.",
      ),
    statementTimeout: duration({ min: "1s", max: "10m" })
      .prefault("30s")
      .meta({ unit: "duration" })
      .describe("The server gives up a statement after so long, for instance one that waits for a lock; it is tried again."),
  })
  .superRefine((section, context) => checkSecret("password", section, context));
