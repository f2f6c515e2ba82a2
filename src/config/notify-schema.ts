// Who is told of alerts, and how many the gateway looks after. docs/alerts.md says what it means.

import { z } from "zod";
import { severities } from "../model/alert.ts";
import { name, uniqueNames } from "./naming.ts";
import { checkRetryDelays, duration } from "./quantities.ts";

const glob = (what: string) => z.string().min(1).default("*").describe(`${what}; * stands for any run of characters.`);

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const ownHeaders = ["authorization", "content-type", "content-length", "host", "connection", "transfer-encoding"];

const webhook = z.strictObject({
  name: name.describe("Name of the webhook; it stands in status and metrics."),
  url: z
    .string()
    .max(2048)
    .refine(isHttpUrl, { message: "is not an HTTP address" })
    .meta({ allowed: "http://… or https://…, without a user in it; of Alertmanager http://HOST:9093/api/v2/alerts" })
    .describe("Where alerts are sent by POST, in the format of Alertmanager's /api/v2/alerts."),
  headers: z
    .record(z.string(), z.string().max(4096))
    .optional()
    .meta({ allowed: "up to 32 NAME: VALUE of HTTP, in printable ASCII" })
    .describe("Further headers, as {NAME: VALUE}."),
  bearerToken: z
    .string()
    .min(1)
    .max(4096)
    .regex(/^[\x21-\x7e]+$/)
    .optional()
    .meta({ allowed: "1 to 4096 printable ASCII characters without spaces" })
    .describe("Sent as authorization: Bearer TOKEN."),
  severityMin: z.enum(severities).default("info").describe("Least severe alerts that are sent."),
  rule: glob("Rules whose alerts are sent"),
  device: glob("Devices whose alerts are sent"),
  metric: glob("Metrics whose alerts are sent"),
  tag: glob("Tags, as NAME=VALUE, whose alerts are sent"),
  resendInterval: duration({ min: "1s", max: "1h" })
    .prefault("1m")
    .meta({ unit: "duration" })
    .describe("How often an alert that fires is sent again. At most a third of the receiver's resolve_timeout."),
  timeout: duration({ min: "100ms", max: "5m" })
    .prefault("10s")
    .meta({ unit: "duration" })
    .describe("How long the receiver may take to answer."),
  retryDelayMin: duration({ min: "10ms", max: "1m" })
    .prefault("1s")
    .meta({ unit: "duration" })
    .describe("Ceiling of the first random delay before a new attempt; it doubles with each failure."),
  retryDelayMax: duration({ min: "100ms", max: "1h" })
    .prefault("1m")
    .meta({ unit: "duration" })
    .describe("The ceiling grows no further than this."),
});

const checkedWebhook = webhook.superRefine((config, context) => {
  checkRetryDelays(config, context);
  const fault = (message: string, remedy: string) =>
    context.addIssue({ code: "custom", path: ["headers"], message, params: { remedy } });
  const headers = Object.entries(config.headers ?? {});
  if (headers.length > 32) fault(`are ${headers.length}`, "leave some out");
  for (const [header, value] of headers) {
    if (!token.test(header)) fault(`has the name ${JSON.stringify(header)}`, "write a name that HTTP knows");
    else if (ownHeaders.includes(header.toLowerCase())) fault(`has ${header}`, "remove it; a token goes into bearerToken");
    if (!/^[\x20-\x7e]*$/.test(value)) fault(`has a value of ${header} that HTTP cannot carry`, "write printable ASCII");
  }
});

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}

const limit = (max: number, byDefault: number) => z.int().min(1).max(max).default(byDefault);

export const notify = z.strictObject({
  alertsMax: limit(1_000_000, 10_000)
    .meta({ unit: "alerts" })
    .describe(
      "Most firing alerts that can be listed, acknowledged and sent. Further ones are recorded and published, and counted.",
    ),
  resolvedMax: limit(1_000_000, 10_000)
    .meta({ unit: "alerts" })
    .describe("Most resolved alerts that wait for webhooks. Beyond it the first to resolve is not sent any more, and counted."),
  silencesMax: limit(10_000, 1000).meta({ unit: "silences" }).describe("Most silences. A further one is refused."),
  webhooks: z
    .array(checkedWebhook)
    .max(16)
    .superRefine(uniqueNames)
    .prefault([])
    .describe("Receivers of alerts, besides MQTT and the collector."),
});
