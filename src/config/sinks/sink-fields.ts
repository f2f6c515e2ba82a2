// What the collector and every sink understand alike. Each kind's schema in this folder adds its own fields.

import { z } from "zod";
import { lanes } from "../../model/lane.ts";
import { globs, name } from "../naming.ts";
import { duration, size } from "../quantities.ts";

const sendingHours = z.strictObject({
  start: z
    .string()
    .min(1)
    .meta({ allowed: 'a cron expression of five fields, such as "0 1 * * *"' })
    .describe("When sending begins: a cron expression, in the time zone of the host."),
  for: duration({ min: "1m", max: "31d" }).meta({ unit: "duration" }).describe("How long it may go on."),
});

/** What the collector and every sink understand. */
export const commonFields = {
  lanes: z
    .array(z.enum(lanes))
    .min(1)
    .default([...lanes])
    .describe(
      "Lanes that go there. [results, alerts]: what windows and rules say, and no readings. One that is added later goes there as far as the log still holds it.",
    ),
  order: z
    .enum(["live-first", "fifo"])
    .default("live-first")
    .describe(
      "live-first: after an outage new records go ahead of the backlog, which drains beside them. fifo: in the order of offsets; records of a series then arrive in the order in which they came (docs/sinks.md says where a record that is kept for later may be overtaken).",
    ),
  backlogShare: z
    .number()
    .min(0.05)
    .max(0.95)
    .default(0.25)
    .meta({ allowed: "a number from 0.05 to 0.95" })
    .describe("Share of what may be in flight that the backlog keeps while new records come, with live-first."),
  bandwidthMax: size({ min: "1KiB", max: "10GiB" })
    .optional()
    .meta({ unit: "bytes per second" })
    .describe("Most bytes a second that are sent. Default: no bound."),
  hours: z.array(sendingHours).max(20).default([]).describe("When records are sent. Alerts go at any time. Default: always."),
  inflightSizeMax: size({ min: "64KiB", max: "256MiB" })
    .prefault("4MiB")
    .meta({ unit: "bytes" })
    .describe("Most bytes that are sent and not yet confirmed. How many really are follows the pace of the other side."),
  ackTimeout: duration({ min: "1s", max: "10m" })
    .prefault("10s")
    .meta({ unit: "duration" })
    .describe("A sink that confirms nothing for so long counts as gone."),
  linger: duration({ min: "0ms", max: "1h" })
    .prefault("100ms")
    .meta({ unit: "duration" })
    .describe(
      "How long new readings and results wait for others, to be sent together. Longer: fewer bytes on the wire, later data. Alerts do not wait.",
    ),
  retryDelayMin: duration({ min: "10ms", max: "1m" })
    .prefault("200ms")
    .meta({ unit: "duration" })
    .describe("Ceiling of the first random delay before a new attempt; it doubles with each failure."),
  retryDelayMax: duration({ min: "100ms", max: "1h" })
    .prefault("15s")
    .meta({ unit: "duration" })
    .describe("The ceiling grows no further than this."),
};

/** What every sink in `forward.sinks` understands. */
export const sinkFields = {
  name: name.describe("Name of the sink, in status, metrics and quarantine. What it has is remembered under this name."),
  ...globs,
  ...commonFields,
  quarantineMax: z
    .int()
    .min(0)
    .max(100_000)
    .default(1000)
    .meta({ unit: "records" })
    .describe(
      "Records refused for good that are kept for a look and another try; beyond it the oldest go. Never holds up the rest.",
    ),
};
