import { z } from "zod";

export const embeddedStore = z.strictObject({
  kind: z.literal("embedded").describe("In data.directory, of this collector alone."),
});
