// The windows of a configuration. Which fields a window needs depends on its kind.

import { z } from "zod";
import { aggregatesOf } from "../stream/aggregates/aggregate-set.ts";
import { backfill } from "./backfill.ts";
import { duration } from "./quantities.ts";

const span = { min: "1ms", max: "366d" };
const spanOrNone = { min: "0ms", max: "366d" };
/** Slices that windows of one length and hop may need: what a group can hold by default. */
const slicesPerWindowMax = 1000;

const fields = z.strictObject({
  kind: z
    .enum(["tumbling", "hopping", "sliding", "session", "count"])
    .default("tumbling")
    .describe(
      "tumbling: one window after the other (size). hopping: windows that overlap (size, hop). sliding: one window for every reading, back from it (size). session: readings without a pause between them (gap). count: so many readings (readings).",
    ),
  size: duration(span)
    .optional()
    .meta({ unit: "duration" })
    .describe(
      "Length of a tumbling, hopping or sliding window, which needs it. Tumbling windows begin at multiples of it since 1970-01-01T00:00:00Z.",
    ),
  hop: duration(span)
    .optional()
    .meta({ unit: "duration" })
    .describe("From the begin of a hopping window, which needs it, to that of the next; at most the size."),
  gap: duration(span)
    .optional()
    .meta({ unit: "duration" })
    .describe("A session, which needs it, ends when no reading has an event time within so long after its last one."),
  readings: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ unit: "readings" })
    .describe("Readings in a count window, which needs it, in the order in which they are stored; event times do not matter."),
  by: z
    .union([z.enum(["series", "device", "metric"]), z.strictObject({ tag: z.string().min(1).max(64) })])
    .default("series")
    .meta({ allowed: "series, device, metric, or {tag: NAME}" })
    .describe(
      "What a window says something about. series: every series. device: every device, its metrics together. metric: every metric, over all devices. {tag: NAME}: every metric, over all devices with the same value of that tag (ingest.routes[].tags).",
    ),
  aggregates: z
    .array(z.string().meta({ allowed: "the name of an aggregate" }))
    .default(["count", "sum", "mean", "min", "max", "stddev"])
    .meta({ allowed: "a list of names of aggregates" })
    .describe(
      "What a result says: count, sum, mean, min, max, stddev, variance, median, p99 (any from p0.01 to p99.99), histogram(10,25,50), first, last, first_time_us, last_time_us; of single series also delta, increase, rate, resets, twa (mean over time); of booleans and texts last_state, in_state, changes.",
    ),
  lateness: duration(spanOrNone)
    .prefault("0ms")
    .meta({ unit: "duration" })
    .describe("How long, in event time of the device, a window waits for late readings after its end."),
  revise: duration(spanOrNone)
    .prefault("0ms")
    .meta({ unit: "duration" })
    .describe(
      "How long after that, in event time, a late reading still makes a result be said again, with the next revision. Longer: more memory. 0ms: late readings are counted and not applied.",
    ),
  idleTimeout: duration({ min: "1s", max: "366d" })
    .optional()
    .meta({ unit: "duration" })
    .describe(
      "A device that sends nothing for so long is waited for no more: its windows are said as they are, and again if it sends more of them. Default: size or gap, at least 1m.",
    ),
  aheadMax: duration({ min: "0ms", max: "3650d" })
    .prefault("1m")
    .meta({ unit: "duration" })
    .describe("An event time further ahead of the gateway's clock goes into its window, but ends no other one."),
  overflow: z
    .enum(["refuse", "other"])
    .default("refuse")
    .describe(
      'Readings of series beyond stream.seriesMax. refuse: counted and not applied. other: all into one group, with tag "other".',
    ),
  backfill: backfill("window"),
});

/** Fields that only some kinds have; these need them. */
const kindsOf = {
  size: ["tumbling", "hopping", "sliding"],
  hop: ["hopping"],
  gap: ["session"],
  readings: ["count"],
} as const;

type WindowFields = z.infer<typeof fields>;

/** Fields of a window, beside its name and series. */
export const windowFields = fields.shape;

/** What is wrong with a window though each field by itself is right. */
export function checkWindow(window: WindowFields, context: z.RefinementCtx): void {
  const report = (path: PropertyKey[], message: string, remedy: string) =>
    context.addIssue({ code: "custom", path, message, params: { remedy } });
  const { kind, size, hop } = window;
  for (const [field, kinds] of Object.entries(kindsOf) as [keyof typeof kindsOf, readonly string[]][]) {
    const isNeeded = kinds.includes(kind);
    if (isNeeded && window[field] === undefined) report([field], "is missing", "add it");
    if (!isNeeded && window[field] !== undefined) report([field], `is not for kind ${kind}`, "remove it, or change the kind");
  }
  if (kind === "hopping" && size !== undefined && hop !== undefined) {
    if (hop > size) report(["hop"], "is longer than size, so that readings would be in no window", "make it at most size");
    else if (size / greatestCommonDivisor(size, hop) > slicesPerWindowMax) {
      const remedy = `make hop a divisor of size, and at least a ${slicesPerWindowMax}th of it`;
      report(["hop"], `cuts size into more than ${slicesPerWindowMax} slices`, remedy);
    }
  }
  if (kind === "count") checkTimeless(window, report);
  checkAggregates(window, report);
}

type Report = (path: PropertyKey[], message: string, remedy: string) => void;

function checkTimeless({ lateness, revise, idleTimeout }: WindowFields, report: Report): void {
  const remedy = "remove it: a count window waits for no event time";
  if (lateness > 0) report(["lateness"], "is not for kind count", remedy);
  if (revise > 0) report(["revise"], "is not for kind count", remedy);
  if (idleTimeout !== undefined) report(["idleTimeout"], "is not for kind count", remedy);
}

function checkAggregates({ aggregates, by, overflow }: WindowFields, report: Report): void {
  const set = aggregatesOf(aggregates);
  if ("faults" in set) {
    for (const { spec, allowed, remedy } of set.faults) {
      const at = aggregates.findLastIndex((each) => each.trim() === spec);
      report(at < 0 ? ["aggregates"] : ["aggregates", at], at < 0 ? `holds ${allowed}` : allowed, remedy);
    }
  } else if (set.needsOneSeries && by !== "series") {
    report(["by"], "puts series together, but an aggregate is of single series", "write by: series, or other aggregates");
  } else if (set.needsOneSeries && overflow === "other") {
    report(
      ["overflow"],
      "puts series together, but an aggregate is of single series",
      "write overflow: refuse, or other aggregates",
    );
  }
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
