// The kinds of sinks that a config file may name. A new kind has a file beside this one, and a line here and in
// forward/sinks/sink-table.ts.

import { z } from "zod";
import { checkRetryDelays } from "../quantities.ts";
import { amqpSink } from "./amqp-schema.ts";
import { fileSink } from "./file-schema.ts";
import { httpSink } from "./http-schema.ts";
import { kafkaSink } from "./kafka-schema.ts";
import { mqttSink } from "./mqtt-schema.ts";
import { natsSink } from "./nats-schema.ts";
import { postgresSink } from "./postgres-schema.ts";

export const sink = z
  .discriminatedUnion("kind", [amqpSink, fileSink, httpSink, kafkaSink, mqttSink, natsSink, postgresSink])
  .superRefine(checkRetryDelays);

/** What is wrong with the sinks of a list together. */
export function checkSinks(sinks: readonly SinkConfig[], context: z.RefinementCtx): void {
  const paths = new Set<string>();
  for (const [index, each] of sinks.entries()) {
    if (each.kind !== "file") continue;
    const remedy = "give each its own path";
    if (paths.has(each.path))
      context.addIssue({ code: "custom", path: [index, "path"], message: "is that of another sink", params: { remedy } });
    paths.add(each.path);
  }
}

/** Of any kind: durations in milliseconds, sizes in bytes. */
export type SinkConfig = z.infer<typeof sink>;
