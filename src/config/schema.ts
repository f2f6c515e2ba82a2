// What a gateway can be told. Every field has a description, a default (or is required) and, where it is a quantity, a unit.
// The table in README.md, docs/config.md and config/gateway.schema.json are generated from this file.
// A field's `allowed` is the text that a fault report prints; where it is absent, the JSON Schema keywords are printed.

import { hostname } from "node:os";
import { z } from "zod";
import { alertRule, checkRuleWindows } from "./alert-schema.ts";
import { forward } from "./forward-schema.ts";
import { ingest } from "./ingest-schema.ts";
import { logger } from "./logger-schema.ts";
import { globs, idPattern, name, uniqueNames } from "./naming.ts";
import { notify } from "./notify-schema.ts";
import { duration, hostPort, isLoopback, size } from "./quantities.ts";
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
