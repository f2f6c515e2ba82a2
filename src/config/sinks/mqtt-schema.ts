import { z } from "zod";
import { hostPort, size } from "../quantities.ts";
import { addressTemplate, payloadFormat } from "./address-schema.ts";
import { checkSecret, secretFields } from "./secret-schema.ts";
import { sinkFields } from "./sink-fields.ts";
import { tls } from "./tls-schema.ts";

export const mqttSink = z
  .strictObject({
    kind: z.literal("mqtt").describe("Publishes each record to an MQTT broker, with QoS 1."),
    ...sinkFields,
    address: hostPort.describe("Where the broker listens."),
    version: z
      .literal([5, "3.1.1"])
      .default(5)
      .meta({ allowed: "5 or 3.1.1" })
      .describe("Version of MQTT. With 3.1.1 a broker cannot refuse a record, and messages have no properties."),
    clientId: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe("Client identifier, for this sink alone. Default: tidegate-GATEWAY-NAME."),
    username: z.string().min(1).optional().describe("User name at the broker."),
    ...secretFields("password", "Password of that user."),
    tls: tls.optional().describe("How the connection is encrypted. Absent: not at all; {}: with the authorities of Node.js."),
    topic: addressTemplate({
      default: "{gateway}/{lane}/{device}/{metric}",
      example: "plant/{gateway}/{lane}",
      forbidden: /[+#]/,
    }).describe(
      "Topic of each record. In names, what cannot stand in a level of a topic (+ # / and control characters) becomes _.",
    ),
    payload: payloadFormat,
    payloadSizeMax: size({ min: "256B", max: "256MiB" })
      .prefault("128KiB")
      .meta({ unit: "bytes" })
      .describe("A record with a larger payload is rejected. Set it to the limit of a broker that does not say its own."),
    inflightMax: z
      .int()
      .min(1)
      .max(65_535)
      .default(256)
      .meta({ unit: "messages" })
      .describe("Most messages without acknowledgement. What the broker allows (Receive Maximum) counts if it is less."),
    requireSubscriber: z
      .boolean()
      .default(false)
      .describe("true: with MQTT 5, a record that nobody subscribes to is not accepted, and sent again later."),
  })
  .superRefine((section, context) => checkSecret("password", section, context));
