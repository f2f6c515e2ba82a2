import { z } from "zod";

interface AddressTemplateFields {
  readonly default: string;
  readonly example: string;
  /** What may not stand in it outside of placeholders. */
  readonly forbidden: RegExp;
}

/** As forward/sinks/address-template.ts fills it. */
export function addressTemplate({ default: byDefault, example, forbidden }: AddressTemplateFields) {
  return z
    .string()
    .min(1)
    .max(512)
    .refine((text) => !forbidden.test(text) && !/[{}]/.test(text.replaceAll(/\{(gateway|log|lane|device|metric)\}/g, "")), {
      message: "is no address",
    })
    .default(byDefault)
    .meta({ allowed: `a text with {gateway}, {log}, {lane}, {device} and {metric} as placeholders, such as ${example}` });
}

export const payloadFormat = z
  .enum(["json", "cloudevents", "protobuf"])
  .default("json")
  .describe(
    "json: as a line of tidegate export. cloudevents: the same as data of a CloudEvent in JSON. protobuf: a block (block.proto) with one record.",
  );
