import { z } from "zod";
import { checkNatsSecrets, natsServerFields, streamFields, streamName } from "../nats-fields.ts";
import { duration } from "../quantities.ts";
import { addressTemplate, payloadFormat } from "./address-schema.ts";
import { sinkFields } from "./sink-fields.ts";

const { replicas, ageMax, sizeMax } = streamFields;

const streamCreation = z.strictObject({
  replicas,
  duplicateWindow: duration({ min: "100ms", max: "7d" })
    .prefault("1h")
    .meta({ unit: "duration" })
    .describe(
      "For so long the stream knows a record again and takes it once. Longer than the outages to expect; the server remembers about 100 bytes a record.",
    ),
  ageMax: ageMax.describe("The stream removes what is older. At least duplicateWindow. Default: nothing is too old."),
  sizeMax,
});

export const natsSink = z
  .strictObject({
    kind: z.literal("nats").describe("Publishes each record to a JetStream stream of NATS, with its key as message id."),
    ...sinkFields,
    ...natsServerFields,
    stream: streamName.default("tidegate").describe("Stream that must take the records. If it is not there: create."),
    create: streamCreation
      .optional()
      .describe("How the stream is created if it is not there. Absent: it is not; {}: with defaults."),
    subject: addressTemplate({
      default: "tidegate.{gateway}.{lane}.{device}.{metric}",
      example: "plant.{lane}.{device}",
      forbidden: /[*>\s]|^\.|\.\.|\.$/,
    }).describe("Subject of each record. In names, what cannot stand in a token (. * > and blanks) becomes _."),
    payload: payloadFormat,
    inflightMax: z
      .int()
      .min(1)
      .max(65_535)
      .default(512)
      .meta({ unit: "messages" })
      .describe("Most messages without acknowledgement."),
  })
  .superRefine(checkNatsSecrets);
