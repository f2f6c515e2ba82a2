// What a gateway can be told. Every field has a description, a default (or is required) and, where it is a quantity, a unit.
// The table in README.md, docs/config.md and config/gateway.schema.json are generated from this file.
// A field's `allowed` is the text that a fault report prints; where it is absent, the JSON Schema keywords are printed.

import { hostname } from "node:os";
import { z } from "zod";
import { tagsLengthMax, tagValueLengthMax } from "../model/reading.ts";
import { alertRule, checkRuleWindows } from "./alert-schema.ts";
import { forward } from "./forward-schema.ts";
import { globs, idPattern, name, uniqueNames } from "./naming.ts";
import { notify } from "./notify-schema.ts";
import { duration, hostPort, instant, isLoopback, size } from "./quantities.ts";
import { checkWindow, windowFields } from "./window-schema.ts";

/** The host's name, made fit for an id. */
function defaultGatewayId(): string {
  const id = hostname()
    .replace(/[^A-Za-z0-9._-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "");
  return idPattern.test(id) ? id : "gateway";
}

const loopbackOnly = hostPort.refine((listen) => isLoopback(listen.host), {
  message: "is beyond loopback, where anonymous access is not allowed and this version has no authentication",
  params: { remedy: "listen on 127.0.0.1 and put an authenticating proxy or an SSH tunnel in front of it" },
});

const gateway = z.strictObject({
  id: name
    .optional()
    .transform((id) => id ?? defaultGatewayId())
    .describe("Identity of this gateway towards the collector. Default: the host's name. Never give one id to two gateways."),
});

const data = z.strictObject({
  directory: z
    .string()
    .min(1)
    .default("./data")
    .describe("Directory of the log; created if absent. Relative to the working directory."),
});

/** What the log keeps of one lane. */
const laneRetention = (sizeDefault: string) =>
  z
    .strictObject({
      sizeMax: size({ min: "4MiB", max: "65536GiB" })
        .prefault(sizeDefault)
        .meta({ unit: "bytes" })
        .describe("Most bytes of the lane. Beyond it the oldest go: first what every sink has, then as whenFull says."),
      ageMax: duration({ min: "1m", max: "3650d" })
        .optional()
        .meta({ unit: "duration" })
        .describe(
          "Records older than this are removed, also ones that a sink still lacks, unless whenFull forbids it. Absent: no limit.",
        ),
    })
    .prefault({});

const retention = z.strictObject({
  readings: laneRetention("4GiB").describe("The readings."),
  results: laneRetention("512MiB").describe("What the windows say."),
  alerts: laneRetention("128MiB").describe("What the rules say."),
});

const log = z.strictObject({
  durability: z
    .enum(["sync", "interval", "none"])
    .default("sync")
    .describe(
      "What an acknowledgement means. sync: on disk. interval: on disk, with commits at least syncInterval apart. none: with the operating system; a power cut can take it.",
    ),
  syncInterval: duration({ min: "1ms", max: "1m" })
    .prefault("100ms")
    .meta({ unit: "duration" })
    .describe(
      "With durability interval: least time between two commits. Longer: later acknowledgements, less wear of the disk.",
    ),
  pendingReadingsMax: z
    .int()
    .min(1000)
    .max(10_000_000)
    .default(200_000)
    .meta({ unit: "readings" })
    .describe("Most readings that may wait for the disk. Beyond it, publishes are refused until the disk has caught up."),
  retention: retention.prefault({}).describe("How much is kept, by lane."),
  diskFreeMin: size({ min: "8MiB", max: "65536GiB" })
    .prefault("256MiB")
    .meta({ unit: "bytes" })
    .describe(
      "Reserve of the file system, where the log also compacts. Below it the oldest records go, as with sizeMax; below half of it readings are refused. Less than 64MiB is for small disks: it wears them more.",
    ),
  whenFull: z
    .enum(["evict-oldest", "degrade", "refuse"])
    .default("evict-oldest")
    .describe(
      "When a bound is reached and every sink lacks what is left. evict-oldest: the oldest of any lane go. degrade: readings go, results and alerts stay as long as there are readings. refuse: nothing goes, readings are refused.",
    ),
});

const mqtt = z.strictObject({
  listen: loopbackOnly.prefault("127.0.0.1:1883").describe("Where sensors connect with MQTT 3.1.1 or 5 over TCP."),
  clientsMax: z
    .int()
    .min(1)
    .max(100_000)
    .default(1000)
    .meta({ unit: "connections" })
    .describe("Most connections at a time. A further one is closed at once."),
  packetSizeMax: size({ min: "1KiB", max: "16MiB" })
    .prefault("256KiB")
    .meta({ unit: "bytes" })
    .describe("Largest MQTT packet. A larger one ends the connection (MQTT 5: reason code 0x95)."),
  inflightMax: z
    .int()
    .min(1)
    .max(65_535)
    .default(1024)
    .meta({ unit: "messages" })
    .describe("Most unacknowledged publishes a client (MQTT 5: Receive Maximum). Beyond it the connection is closed (0x93)."),
  retainedMax: z
    .int()
    .min(0)
    .max(10_000_000)
    .default(10_000)
    .meta({ unit: "messages" })
    .describe("Most retained messages. Beyond it a message is routed but not retained, and counted."),
  queuedMax: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(1000)
    .meta({ unit: "messages" })
    .describe("Most messages that wait for one session. Beyond it a message is not queued for that session, and counted."),
  sessionExpiryMax: duration({ min: "1s", max: "30d" })
    .prefault("1d")
    .meta({ unit: "duration" })
    .describe("Longest life of an MQTT 5 session without a connection. Sessions are in memory: a restart ends them."),
});

const http = z.strictObject({
  listen: loopbackOnly.prefault("127.0.0.1:8080").describe("Where status, health and metrics are served."),
});

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

const ingest = z.strictObject({
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
    .describe("Newest readings among which a redelivered one (MQTT DUP flag) is recognised and not stored again. 0: never."),
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

const window = z
  .strictObject({
    name: name.describe("Name of the window; it stands in its results and in their topic."),
    ...globs,
    ...windowFields,
  })
  .superRefine(checkWindow);

const stream = z.strictObject({
  seriesMax: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(100_000)
    .meta({ unit: "series" })
    .describe(
      "Most series that windows and alerts keep state for. Readings of further ones are stored and forwarded, and counted.",
    ),
  slicesMax: z
    .int()
    .min(1)
    .max(100_000_000)
    .optional()
    .meta({ unit: "slices" })
    .describe(
      "Most slices that a window keeps over all its series: parts of windows of time that are not over, or sessions. Readings that would need more are counted. Default: four times seriesMax.",
    ),
  slicesPerSeriesMax: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1000)
    .meta({ unit: "slices" })
    .describe("The same of one series, or of what else the window groups by."),
  sessionsPerSeriesMax: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1000)
    .meta({ unit: "sessions" })
    .describe("Most sessions that are not over, or may be revised, of one series."),
  pointsMax: z
    .int()
    .min(1)
    .max(100_000_000)
    .default(1_000_000)
    .meta({ unit: "readings" })
    .describe("Most readings that a sliding window keeps over all its series. Readings beyond it are counted."),
  pointsPerSeriesMax: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(10_000)
    .meta({ unit: "readings" })
    .describe("The same of one series."),
  baselineSamplesMax: z
    .int()
    .min(1000)
    .max(1_000_000_000)
    .default(2_000_000)
    .meta({ unit: "samples" })
    .describe(
      "Most samples, of 8 bytes, that the baselines of a rule may come to hold: series x seasons x history. Readings of further series are not judged, and counted.",
    ),
  checkpointInterval: duration({ min: "100ms", max: "1h" })
    .prefault("1s")
    .meta({ unit: "duration" })
    .describe("How often the state of windows and alerts is saved. Longer: less writing, more to replay after a crash."),
});

const logger = z.strictObject({
  level: z
    .enum(["debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("Least severe diagnostics on standard error."),
});

const sections = z.strictObject({
  gateway: gateway.prefault({}).describe("Who this gateway is."),
  data: data.prefault({}).describe("Where it keeps what it holds."),
  log: log.prefault({}).describe("The durable store-and-forward log."),
  mqtt: mqtt.prefault({}).describe("The MQTT broker."),
  http: http.prefault({}).describe("Status, health and metrics."),
  ingest: ingest.prefault({}).describe("From MQTT messages to readings."),
  windows: z.array(window).max(1000).superRefine(uniqueNames).default([]).describe("Aggregates over intervals of event time."),
  alerts: z.array(alertRule).max(1000).superRefine(uniqueNames).prefault([]).describe("Rules; docs/alerts.md explains them."),
  stream: stream.prefault({}).describe("The processor of windows and alerts."),
  forward: forward.prefault({}).describe("Where records go."),
  notify: notify.prefault({}).describe("Who is told of alerts."),
  logger: logger.prefault({}).describe("Diagnostics."),
});

export const gatewayConfigSchema = sections.superRefine((config, context) => {
  const { mqtt, http } = config;
  checkRuleWindows(config, context);
  if (mqtt.listen.port === 0 || mqtt.listen.port !== http.listen.port) return;
  const remedy = "give each listener its own port";
  context.addIssue({ code: "custom", path: ["http", "listen"], message: "has the port of mqtt.listen", params: { remedy } });
});

/** A valid configuration: defaults filled in, durations in milliseconds, sizes in bytes, instants in microseconds. */
export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;
export type RouteConfig = GatewayConfig["ingest"]["routes"][number];
export type WindowConfig = GatewayConfig["windows"][number];

const store = z
  .strictObject({
    kind: z
      .enum(["embedded", "postgres"])
      .default("embedded")
      .describe(
        "Where received records are kept. embedded: in data.directory. postgres: in a PostgreSQL database, 14 or later, which several collectors may share.",
      ),
    url: z
      .string()
      .refine(isPostgresUrl, { message: "is not the URL of a PostgreSQL database" })
      .optional()
      .meta({ secret: true, allowed: "postgres://USER:PASSWORD@HOST:PORT/DATABASE" })
      .describe(
        "With kind postgres: the database, as postgres://USER:PASSWORD@HOST:PORT/DATABASE. A password that it does not name is taken from PGPASSWORD or ~/.pgpass.",
      ),
  })
  .superRefine(({ kind, url }, context) => {
    if ((kind === "postgres") === (url !== undefined)) return;
    const [message, remedy] =
      url === undefined ? ["is missing", "name the database"] : ["is for kind postgres", "remove it, or write kind: postgres"];
    context.addIssue({ code: "custom", path: ["url"], message, params: { remedy } });
  });

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol);
}

const pemFile = (what: string) => z.string().min(1).describe(`PEM file of ${what}`);

const tls = z.strictObject({
  cert: pemFile("the collector's certificate, followed by those that issued it. It is read again when it changes."),
  key: pemFile("its private key, without a passphrase."),
  clientCa: pemFile("the authorities whose certificates gateways must show. Absent: gateways need none.").optional(),
});

const collectorSections = z.strictObject({
  listen: hostPort.prefault("127.0.0.1:7070").describe("Where gateways connect. Beyond loopback only with tls.clientCa."),
  tls: tls.optional().describe("Encryption of what gateways send. Absent: none."),
  data: z
    .strictObject({
      directory: z.string().min(1).default("./data/collector").describe("Directory of what was received; created if absent."),
    })
    .prefault({})
    .describe("Where it keeps what it received, with store.kind embedded."),
  store: store.prefault({}).describe("What it keeps received records in."),
  logger: logger.prefault({}).describe("Diagnostics."),
});

export const collectorConfigSchema = collectorSections.superRefine((config, context) => {
  const fault = collectorListenFault(config);
  if (fault === null) return;
  const { message, remedy } = fault;
  context.addIssue({ code: "custom", path: ["listen"], message, params: { remedy } });
});

export type CollectorConfig = z.infer<typeof collectorSections>;

/** Why the collector may not listen there; null if it may. */
export function collectorListenFault({ listen, tls }: Pick<CollectorConfig, "listen" | "tls">) {
  if (isLoopback(listen.host) || tls?.clientCa !== undefined) return null;
  return {
    message: "is beyond loopback, where gateways must show a certificate",
    remedy:
      "configure tls with clientCa, or listen on 127.0.0.1 and put an authenticating proxy or an SSH tunnel in front of it",
  };
}
