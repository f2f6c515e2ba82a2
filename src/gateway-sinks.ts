// The sinks of a configuration: the part of the composition root that joins the config's kinds to those of the room forward.

import type { GatewayConfig } from "./config/schema.ts";
import { RecordForwarding } from "./forward/record-link.ts";
import type { SinkContext } from "./forward/sinks/sink-context.ts";
import { createSink } from "./forward/sinks/sink-table.ts";

type SinkConfig = GatewayConfig["forward"]["sinks"][number];

export interface ConfiguredSink {
  readonly config: SinkConfig;
  readonly sink: RecordForwarding;
}

/** In the order of the configuration. Nothing is connected yet. Errors: LIBRARY_MISSING. */
export async function sinksOf({ forward }: GatewayConfig, context: SinkContext): Promise<ConfiguredSink[]> {
  const sinks: ConfiguredSink[] = [];
  for (const config of forward.sinks) {
    const { lanes, device, metric, order } = config;
    const filter = { lanes, device, metric };
    const options = { gatewayId: context.origin.gatewayId, filter, ordered: order === "fifo" };
    const sink = new RecordForwarding(await createSink(config, context), options);
    sinks.push({ config, sink });
  }
  return sinks;
}
