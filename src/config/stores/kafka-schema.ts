import { z } from "zod";
import { payloadFormat } from "../sinks/address-schema.ts";
import { kafkaCompression, kafkaServerFields } from "../sinks/kafka-fields.ts";
import { checkSecret } from "../sinks/secret-schema.ts";

export const kafkaStore = z
  .strictObject({
    kind: z
      .literal("kafka")
      .describe("As messages in topics of Kafka, 3.0 or later, in transactions; several collectors may share them."),
    ...kafkaServerFields,
    topicPrefix: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,200}$/)
      .default("tidegate.collector")
      .meta({ allowed: "1 to 200 of A-Z a-z 0-9 . _ -" })
      .describe(
        "The topics are this with .readings, .results, .alerts and .progress; the transactional ids begin with it. Collectors that share topics have the same.",
      ),
    createTopics: z.boolean().default(true).describe("Whether topics that are not there are made."),
    partitions: z
      .int()
      .min(1)
      .max(1000)
      .default(6)
      .describe("Partitions of the topic of each lane, where it is made. The one of progress has one."),
    replicas: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe("Replicas of the topics, where they are made. Absent: as the brokers do by default."),
    payload: payloadFormat,
    compression: kafkaCompression,
  })
  .superRefine((section, context) => checkSecret("password", section, context));
