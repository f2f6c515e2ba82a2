// What is named in a config file: gateways, windows, rules; and the series that one of them applies to.

import { z } from "zod";

export const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const name = z
  .string()
  .regex(idPattern)
  .meta({ allowed: "1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit" });

export const globs = {
  device: z.string().min(1).default("*").describe("Devices it applies to; * stands for any run of characters."),
  metric: z.string().min(1).default("*").describe("Metrics it applies to; * stands for any run of characters."),
};

export function uniqueNames(items: readonly { readonly name: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (seen.has(item.name)) {
      const remedy = "give each its own name";
      context.addIssue({ code: "custom", path: [index, "name"], message: "is used twice", params: { remedy } });
    }
    seen.add(item.name);
  }
}
