import { z } from "zod";

export const postgresStore = z.strictObject({
  kind: z.literal("postgres").describe("As rows in a PostgreSQL database, 14 or later, which several collectors may share."),
  url: z
    .string()
    .refine(isPostgresUrl, { message: "is not the URL of a PostgreSQL database" })
    .meta({ secret: true, allowed: "postgres://USER:PASSWORD@HOST:PORT/DATABASE" })
    .describe(
      "The database, as postgres://USER:PASSWORD@HOST:PORT/DATABASE. A password that it does not name is taken from PGPASSWORD or ~/.pgpass.",
    ),
});

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol);
}
