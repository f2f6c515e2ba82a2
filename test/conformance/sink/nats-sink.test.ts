import { createSink } from "../../../src/forward/sinks/sink-table.ts";
import { type NatsUpstream, natsUser, openNatsUpstream, streamName } from "../../support/nats-upstream.ts";
import { describeSink } from "./sink-suite.ts";

const textOfTooManyBytes = "x".repeat(4000);

const optionsOf = (upstream: NatsUpstream, password: string) =>
  ({
    kind: "nats",
    name: "stream",
    servers: upstream.servers,
    username: natsUser.username,
    password,
    stream: streamName,
    subject: "tidegate.{gateway}.{lane}.{device}.{metric}",
    payload: "json",
    inflightMax: 100,
  }) as const;

describeSink({
  kind: "nats",
  delivery: "exactly once",
  programs: ["nats-server"],
  has: { server: true, refusal: true },
  async start() {
    const upstream = await openNatsUpstream();
    await upstream.addStream();
    return {
      sink: (context) => createSink(optionsOf(upstream, natsUser.password), context),
      unwelcome: (context) => createSink(optionsOf(upstream, "wrong"), context),
      received: () => upstream.received(),
      refusal: { reading: { value: textOfTooManyBytes }, reason: /message size exceeds maximum allowed/ },
      process: upstream,
    };
  },
});
