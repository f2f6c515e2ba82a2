// Where records go: the collector, and any number of sinks. What all of them understand stands in sinks/sink-fields.ts; what one kind
// of sink needs beside it, in a file of its own there.

import { z } from "zod";
import { uniqueNames } from "./naming.ts";
import { checkRetryDelays, hostPort } from "./quantities.ts";
import { commonFields } from "./sinks/sink-fields.ts";
import { checkSinks, sink } from "./sinks/sink-schemas.ts";
import { tls } from "./sinks/tls-schema.ts";

const collector = z
  .strictObject({
    address: hostPort.describe("Where the collector listens."),
    tls: tls.optional().describe("Encryption of the link, and who both sides are. {}: with what Node.js trusts. Absent: none."),
    compression: z.enum(["gzip", "none"]).default("gzip").describe("Compression of what is sent."),
    ...commonFields,
  })
  .superRefine(checkRetryDelays);

/** The forwarder of `forward.collector` has this name in status, metrics and checkpoints. */
const collectorName = "collector";

function notTheCollectors(sinks: readonly { readonly name: string }[], context: z.RefinementCtx): void {
  for (const [index, { name }] of sinks.entries()) {
    if (name !== collectorName) continue;
    const remedy = "give it another name";
    const message = "is the name of forward.collector";
    context.addIssue({ code: "custom", path: [index, "name"], message, params: { remedy } });
  }
}

export const forward = z.strictObject({
  collector: collector
    .optional()
    .describe(
      "The collector that blocks of the log are forwarded to as they are: all of a lane, or none of it. To choose by device or metric is for sinks. Absent: nothing is forwarded to one.",
    ),
  sinks: z
    .array(sink)
    .max(20)
    .superRefine(uniqueNames)
    .superRefine(notTheCollectors)
    .superRefine(checkSinks)
    .default([])
    .describe("Other systems that records go to, each at its own pace. docs/sinks.md explains the kinds."),
});
