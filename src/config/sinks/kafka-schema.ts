import { z } from "zod";
import { payloadFormat } from "./address-schema.ts";
import { kafkaCompression, kafkaServerFields } from "./kafka-fields.ts";
import { checkSecret } from "./secret-schema.ts";
import { sinkFields } from "./sink-fields.ts";

export const kafkaSink = z
  .strictObject({
    kind: z.literal("kafka").describe("Publishes each record to a topic of Kafka, with its series as key."),
    ...sinkFields,
    ...kafkaServerFields,
    topic: z
      .string()
      .regex(/^(?:[A-Za-z0-9._-]|\{(?:gateway|log|lane)\}){1,200}$/)
      .default("tidegate.{lane}")
      .meta({ allowed: "A-Z a-z 0-9 . _ - with {gateway}, {log} and {lane} as placeholders" })
      .describe("Topic of the records."),
    createTopic: z
      .boolean()
      .default(false)
      .describe("true: brokers that may do so (auto.create.topics.enable) create a topic that is not there."),
    payload: payloadFormat,
    compression: kafkaCompression,
  })
  .superRefine((section, context) => checkSecret("password", section, context));
