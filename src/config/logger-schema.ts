import { z } from "zod";

export const logger = z.strictObject({
  level: z
    .enum(["debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("Least severe diagnostics on standard error."),
});
