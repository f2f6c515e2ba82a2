// From MQTT messages to readings: which topics carry them, how they are read, and what is made of the clocks of devices.

import { z } from "zod";
import { tagsLengthMax, tagValueLengthMax } from "../model/reading.ts";
import { idPattern } from "./naming.ts";
import { duration, instant, size } from "./quantities.ts";

const tagsMax = 16;
const tagValue = z
  .string()
  .regex(/^[^=,\p{Cc}]+$/u)
  .max(tagValueLengthMax)
  .meta({ allowed: `1 to ${tagValueLengthMax} characters, none of them = or a comma or a control character` });
const tags = z.record(z.string(), tagValue).meta({
  allowed: `up to ${tagsMax} NAME: VALUE, at most ${tagsLengthMax} characters in all; NAME is 1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit`,
});

const clockPolicy = z.enum(["trust", "correct", "stamp"]);
const clockOffsetMin = duration({ min: "100ms", max: "1d" });

const route = z.strictObject({
  topic: z
    .string()
    .min(1)
    .refine((topic) => isTopicFilter(topic), { message: "is not an MQTT topic filter" })
    .refine((topic) => !topic.startsWith("tidegate/") && !topic.startsWith("$"), { message: "is reserved for the gateway" })
    .meta({ allowed: "an MQTT topic filter; + stands for one level, # at the end for all further ones; not tidegate/… or $…" })
    .describe("Topics of this route. The first route that matches a topic takes it."),
  payload: z
    .enum(["value", "object", "batch"])
    .describe(
      'What a message holds. value: a plain number, or JSON {"v": number, boolean or text, "ts": event time}; ts is optional. object: a JSON object of metrics, with an optional "ts" for all of them. batch: a protobuf ReadingBatch.',
    ),
  device: z.string().min(1).describe("Name of the device; {1}, {2}, … stand for what the wildcards of the topic matched."),
  metric: z.string().min(1).optional().describe("Name of the metric, likewise; only with payload: value."),
  tags: tags
    .optional()
    .describe(
      'What else is known of the devices, as {NAME: VALUE}; {1}, {2}, … likewise: {line: "{1}", site: north}. Readings carry it. Default: none.',
    ),
  timeUnit: z
    .enum(["s", "ms", "us", "ns"])
    .default("ms")
    .describe('Unit of numeric "ts" values. A ts may also be an ISO 8601 text with a zone.'),
  clock: z
    .strictObject({
      policy: clockPolicy.optional().describe("As ingest.clock.policy, for the devices of this route. Default: that."),
      offsetMin: clockOffsetMin
        .optional()
        .meta({ unit: "duration" })
        .describe("As ingest.clock.offsetMin, for the devices of this route. Default: that."),
    })
    .optional()
    .describe("What is made of the times that the devices of this route send."),
});

const checkedRoute = route.superRefine((value, context) => {
  if ((value.payload === "value") !== (value.metric !== undefined)) {
    const message =
      value.payload === "value" ? "is needed with payload: value" : `is not allowed with payload: ${value.payload}`;
    const remedy =
      value.payload === "value" ? 'name the metric, for instance "{2}"' : "remove it: the payload names its metrics";
    context.addIssue({ code: "custom", path: ["metric"], message, params: { remedy } });
  }
  checkTags(value.tags ?? {}, context);
  const wildcards = value.topic.split("/").filter((level) => level === "+" || level === "#").length;
  for (const [path, template] of templatesOf(value)) {
    for (const [placeholder, index] of template.matchAll(/\{(\d+)\}/g)) {
      if (Number(index) >= 1 && Number(index) <= wildcards) continue;
      const message = `names ${placeholder}, but the topic has ${wildcards} wildcard(s)`;
      context.addIssue({ code: "custom", path, message, params: { remedy: "number the wildcards from {1}" } });
    }
  }
});

function templatesOf({ device, metric = "", tags = {} }: z.infer<typeof route>): [path: string[], template: string][] {
  const ofTags = Object.entries(tags).map(([name, value]): [string[], string] => [["tags", name], value]);
  return [[["device"], device], [["metric"], metric], ...ofTags];
}

function checkTags(named: Readonly<Record<string, string>>, context: z.RefinementCtx): void {
  const fault = (message: string, remedy: string) =>
    context.addIssue({ code: "custom", path: ["tags"], message, params: { remedy } });
  const entries = Object.entries(named);
  for (const [key] of entries) {
    if (!idPattern.test(key)) fault(`has the name ${JSON.stringify(key)}`, "give the tag another name");
  }
  if (entries.length > tagsMax) fault(`are ${entries.length}`, "leave some out");
  const length = entries.reduce((sum, [key, value]) => sum + key.length + value.length + 2, -1);
  if (length > tagsLengthMax) fault(`have ${length} characters in all`, "make names and values shorter");
}

function isTopicFilter(topic: string): boolean {
  const levels = topic.split("/");
  const wellFormed = levels.every((level, index) =>
    level === "#" ? index === levels.length - 1 : level === "+" || !/[+#\0]/.test(level),
  );
  return wellFormed && levels.length <= 100;
}

const defaultRoutes = [
  { topic: "sensors/+/+", payload: "value", device: "{1}", metric: "{2}" },
  { topic: "sensors/+", payload: "object", device: "{1}" },
  { topic: "tg/v1/+", payload: "batch", device: "{1}" },
] as const;

const clock = z.strictObject({
  policy: clockPolicy
    .default("trust")
    .describe(
      "trust: a device's time is the event time. correct: where its clock is off by more than offsetMin, its times are moved by that. stamp: the event time is the time of arrival. What is changed is flagged, and keeps the time that was sent.",
    ),
  offsetMin: clockOffsetMin
    .prefault("2s")
    .meta({ unit: "duration" })
    .describe("How far a clock may be off before it is corrected. More than the delays of the network that come and go."),
  horizon: duration({ min: "15s", max: "7d" })
    .prefault("5m")
    .meta({ unit: "duration" })
    .describe(
      "Over how long an offset is estimated. A clock that fell behind, which looks like readings that are late, is corrected after half of it; all else at once.",
    ),
  devicesMax: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .meta({ unit: "devices" })
    .describe(
      "Most devices whose clock is followed. Beyond it those not heard of for longest are forgotten, and learned anew.",
    ),
});

export const ingest = z.strictObject({
  routes: z
    .array(checkedRoute)
    .max(1000)
    .prefault([...defaultRoutes])
    .describe("Which topics carry readings. Other topics are ordinary MQTT messages between clients."),
  topicsMax: z
    .int()
    .min(100)
    .max(10_000_000)
    .default(100_000)
    .meta({ unit: "topics" })
    .describe("Topics whose route is kept in memory. Beyond it the memory is begun anew; nothing is lost."),
  eventTimeMin: instant
    .prefault("2000-01-01T00:00:00Z")
    .describe(
      "Earliest event time. A device without a set clock says 1970; its readings become dead letters, unless clock.policy is another than trust.",
    ),
  eventTimeAheadMax: duration({ min: "1s", max: "3650d" })
    .prefault("1d")
    .meta({ unit: "duration" })
    .describe(
      "How far an event time may lie ahead of the gateway's clock. Readings beyond it become dead letters, if clock.policy is trust.",
    ),
  clock: clock.prefault({}).describe("What is made of the times that devices send."),
  redeliveryReadingsMax: z
    .int()
    .min(0)
    .max(10_000_000)
    .default(65_536)
    .meta({ unit: "readings" })
    .describe(
      "Newest readings among which a redelivered one (MQTT DUP flag) is recognised and not stored again; so many from before the start, and so many since. 0: never.",
    ),
  deadLettersMax: z
    .int()
    .min(0)
    .max(100_000)
    .default(1000)
    .meta({ unit: "payloads" })
    .describe("Rejected payloads that are kept, at least the newest half of it; older ones are removed. 0 or 1: none."),
  deadLetterSizeMax: size({ min: "0B", max: "1MiB" })
    .prefault("4KiB")
    .meta({ unit: "bytes" })
    .describe("Bytes that are kept of a rejected payload."),
});
