import { z } from "zod";
import { hostPort } from "../quantities.ts";
import { addressTemplate, payloadFormat } from "./address-schema.ts";
import { checkSecret, secretFields } from "./secret-schema.ts";
import { sinkFields } from "./sink-fields.ts";
import { tls } from "./tls-schema.ts";

const amqpName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^(?!amq\.)/)
  .meta({ allowed: "1 to 255 characters, not beginning with amq." });

export const amqpSink = z
  .strictObject({
    kind: z.literal("amqp").describe("Publishes each record to RabbitMQ, with publisher confirms."),
    ...sinkFields,
    address: hostPort.describe("Where RabbitMQ listens."),
    vhost: z.string().min(1).default("/").describe("Virtual host."),
    username: z.string().min(1).default("guest").describe("User name at RabbitMQ."),
    ...secretFields("password", "Password of that user."),
    tls: tls.optional().describe("How the connection is encrypted. Absent: not at all; {}: with the authorities of Node.js."),
    queue: amqpName.default("tidegate").describe("Queue that the records go into. Not used with exchange."),
    declare: z
      .boolean()
      .default(true)
      .describe("true: the queue is declared, durable and of type quorum. false: it must be there, of any kind."),
    exchange: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .describe("Exchange that the records go to instead, with routingKey. It must be there; the sink declares nothing then."),
    routingKey: addressTemplate({
      default: "{gateway}.{lane}.{device}.{metric}",
      example: "plant.{lane}.{device}",
      forbidden: /[*#\s]/,
    }).describe(
      "With exchange: routing key of each record. In names, what means something to a topic exchange (. * # and blanks) becomes _.",
    ),
    payload: payloadFormat,
    inflightMax: z.int().min(1).max(65_535).default(512).meta({ unit: "messages" }).describe("Most messages without confirm."),
  })
  .superRefine((section, context) => checkSecret("password", section, context));
