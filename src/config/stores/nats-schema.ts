import { z } from "zod";
import { checkNatsSecrets, natsServerFields, streamFields, streamName } from "../nats-fields.ts";

const streamCreation = z.strictObject(streamFields);

export const natsStore = z
  .strictObject({
    kind: z
      .literal("nats")
      .describe("As messages in JetStream streams of NATS, nats-server 2.9 or later, which several collectors may share."),
    ...natsServerFields,
    stream: streamName
      .max(240)
      .default("tidegate_collector")
      .describe("Stream of the records. What is known of them is in a second one, of this name and _progress."),
    subject: z
      .string()
      .regex(/^[^\s.*>]+(\.[^\s.*>]+)*$/)
      .max(200)
      .default("tidegate.collector")
      .meta({ allowed: "tokens with dots between them, such as plant.telemetry, and no wildcards" })
      .describe(
        "What subjects begin with: records have SUBJECT.GATEWAY.LOG.LANE, what is known of them SUBJECT_progress.GATEWAY.LOG.LANE.",
      ),
    payload: z
      .enum(["ndjson", "block"])
      .default("ndjson")
      .describe(
        "What a message holds. ndjson: lines as those of tidegate export. block: a block of proto/tidegate/v1/block.proto.",
      ),
    create: streamCreation
      .prefault({})
      .describe(
        "How the streams are created if they are not there. ageMax and sizeMax are of the stream of the records alone.",
      ),
  })
  .superRefine(checkNatsSecrets);
