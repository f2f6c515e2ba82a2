import { randomUUID } from "node:crypto";
import { createSink } from "../../../src/forward/sinks/sink-table.ts";
import { type MqttUpstream, openMqttUpstream, writer } from "../../support/mqtt-upstream.ts";
import { describeSink, type SinkHarness } from "./sink-suite.ts";

const textOfTooManyBytes = "x".repeat(4000);

function harness(version: 5 | "3.1.1"): SinkHarness {
  const optionsOf = (upstream: MqttUpstream, password: string) =>
    ({
      kind: "mqtt",
      name: "broker",
      address: upstream.address,
      version,
      // A broker ends the connection of a client when another one with its id comes.
      clientId: `sink-${randomUUID()}`,
      username: writer.username,
      password,
      topic: "{gateway}/{lane}/{device}/{metric}",
      payload: "json",
      payloadSizeMax: version === 5 ? 128 * 1024 : 3000,
      inflightMax: 100,
      requireSubscriber: false,
    }) as const;
  return {
    kind: `mqtt ${version}`,
    delivery: "at least once",
    programs: ["mosquitto"],
    has: { server: true, refusal: true },
    async start() {
      const upstream = await openMqttUpstream(["max_packet_size 3000", "max_inflight_messages 20"]);
      return {
        sink: (context) => createSink(optionsOf(upstream, writer.password), context),
        unwelcome: (context) => createSink(optionsOf(upstream, "wrong"), context),
        received: () => upstream.received(),
        refusal: { reading: { value: textOfTooManyBytes }, reason: /(packet|payload) too large: \d+ bytes/ },
        process: upstream,
      };
    },
  };
}

describeSink(harness(5));
describeSink(harness("3.1.1"));
