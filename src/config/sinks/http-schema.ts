import { z } from "zod";
import { duration, size } from "../quantities.ts";
import { checkSecret, secretFields } from "./secret-schema.ts";
import { sinkFields } from "./sink-fields.ts";
import { tls } from "./tls-schema.ts";

const headersMax = 20;
/** Those that the sink writes itself. */
const ownHeaders = new Set([
  "authorization",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "host",
  "idempotency-key",
  "transfer-encoding",
]);

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "" && hash === "";
}

const headers = z
  .record(z.string(), z.string().regex(/^[\t\x20-\x7e]*$/))
  .meta({ secret: true, allowed: `up to ${headersMax} NAME: VALUE in ASCII, none of them ${[...ownHeaders].join(", ")}` })
  .superRefine((named, context) => {
    const fault = (message: string) => context.addIssue({ code: "custom", message });
    const names = Object.keys(named);
    if (names.length > headersMax) fault(`are ${names.length}`);
    for (const name of names) {
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) fault(`have the name ${JSON.stringify(name)}`);
      if (ownHeaders.has(name.toLowerCase())) fault(`have ${name}, which the sink writes itself`);
    }
  });

export const httpSink = z
  .strictObject({
    kind: z.literal("http").describe("Posts CloudEvents or NDJSON to a URL."),
    ...sinkFields,
    url: z
      .string()
      .refine(isPlainUrl, { message: "is not the URL of a web service" })
      .meta({ allowed: "an http:// or https:// URL without user, password and #" })
      .describe("Where records are posted to. Redirects are not followed."),
    format: z
      .enum(["cloudevents", "ndjson"])
      .default("cloudevents")
      .describe(
        "cloudevents: a CloudEvents 1.0 batch (application/cloudevents-batch+json). ndjson: one JSON object a line (application/x-ndjson).",
      ),
    ...secretFields("token", "Sent as a bearer token."),
    user: z
      .string()
      .regex(/^[^:\p{Cc}]+$/u)
      .optional()
      .meta({ allowed: "a text without a colon" })
      .describe("User for basic authentication, with password."),
    ...secretFields("password", "Password for basic authentication, with user."),
    headers: headers.default({}).describe("Further headers of each request, as {NAME: VALUE}."),
    tls: tls.prefault({}).describe("Encryption, with https."),
    compression: z.enum(["gzip", "none"]).default("none").describe("Compression of what is sent; not all servers take gzip."),
    requestRecordsMax: z
      .int()
      .min(1)
      .max(100_000)
      .default(1000)
      .meta({ unit: "records" })
      .describe("Most records in a request."),
    requestSizeMax: size({ min: "1KiB", max: "64MiB" })
      .prefault("1MiB")
      .meta({ unit: "bytes" })
      .describe("Most bytes in a request, before compression; a record that is larger goes alone."),
    requestTimeout: duration({ min: "100ms", max: "10m" })
      .prefault("10s")
      .meta({ unit: "duration" })
      .describe("A request without an answer for so long has failed. At most ackTimeout is of use."),
  })
  .superRefine((section, context) => {
    checkSecret("token", section, context);
    checkSecret("password", section, context);
    const hasPassword = [section.password, section.passwordFile, section.passwordEnv].some((each) => each !== undefined);
    const hasToken = [section.token, section.tokenFile, section.tokenEnv].some((each) => each !== undefined);
    const fault = (field: string, message: string, remedy: string) =>
      context.addIssue({ code: "custom", path: [field], message, params: { remedy } });
    if (hasPassword !== (section.user !== undefined)) fault("user", "belongs to a password", "give both, or neither");
    else if (hasToken && hasPassword) fault("user", "is given beside a token", "keep one of them");
  });
