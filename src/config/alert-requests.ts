// What operators may say of alerts over HTTP: the bodies of POST /api/v1/alerts/... and /api/v1/silences.

import { z } from "zod";
import { severities } from "../model/alert.ts";
import { nameLengthMax, tagValueLengthMax } from "../model/reading.ts";
import { TidegateError } from "../platform/errors.ts";
import { describeFault, faultsOf } from "./faults.ts";
import { duration, instant } from "./quantities.ts";
import { jsonSchemaOf } from "./reference.ts";

const text = (lengthMax: number, lengthMin = 0) =>
  z
    .string()
    .min(lengthMin)
    .max(lengthMax)
    .regex(/^\P{Cc}*$/u)
    .meta({ allowed: `a text of ${lengthMin} to ${lengthMax} characters, no control characters among them` });

const anyName = z
  .string()
  .max(nameLengthMax)
  .meta({ allowed: `a name of at most ${nameLengthMax} characters, as it stands in the list of active alerts` });
const tagLengthMax = 64 + 1 + tagValueLengthMax;
const who = text(100, 1);
const comment = text(1000).default("");

const names = { rule: anyName, device: anyName, metric: anyName, tag: anyName.default("") };

export const acknowledgeRequest = z.strictObject({ ...names, by: who, comment });
export const unacknowledgeRequest = z.strictObject(names);

const glob = (lengthMax: number) =>
  z
    .string()
    .max(lengthMax)
    .optional()
    .meta({ allowed: `a text of at most ${lengthMax} characters; * stands for any run of characters` });

const matchKeys = ["rule", "device", "metric", "tag", "severity"] as const;

export const silenceRequest = z
  .strictObject({
    rule: glob(nameLengthMax),
    device: glob(nameLengthMax),
    metric: glob(nameLengthMax),
    tag: glob(tagLengthMax),
    severity: z.enum(severities).optional(),
    for: duration({ min: "1s", max: "366d" }).optional(),
    until: instant.optional(),
    by: who,
    comment,
  })
  .superRefine((request, context) => {
    const fault = (path: string, message: string, remedy: string) =>
      context.addIssue({ code: "custom", path: [path], message, params: { remedy } });
    if (matchKeys.every((key) => request[key] === undefined))
      fault("rule", "is missing", `write at least one of ${matchKeys.join(", ")}; rule * silences everything`);
    if (request.for === undefined && request.until === undefined)
      fault("for", "is missing", "write for, such as 2h, or until, such as 2026-01-31T12:00:00Z");
    if (request.for !== undefined && request.until !== undefined) fault("until", "stands beside for", "write one of the two");
  });

export type SilenceRequest = z.output<typeof silenceRequest>;

/** Errors: REQUEST_INVALID, with every fault in its message and in `details.faults`. */
export function parseRequest<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const faults = faultsOf(parsed.error.issues, body, jsonSchemaOf(schema));
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  throw new TidegateError(
    "REQUEST_INVALID",
    `the request has ${count}\n${faults.map((fault) => describeFault(fault, "it")).join("\n")}`,
    {
      details: { faults },
    },
  );
}
