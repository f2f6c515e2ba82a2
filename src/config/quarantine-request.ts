// What operators may say of quarantined records over HTTP: the body of POST /api/v1/quarantine/...

import { z } from "zod";
import { name } from "./naming.ts";

export const quarantineRequest = z.strictObject({
  sink: name,
  ids: z
    .array(z.string().max(100))
    .max(100_000)
    .optional()
    .meta({ allowed: "a list of ids, as they stand in the list of quarantined records" }),
});
