import { Command } from "commander";
import { startGateway } from "../gateway.ts";
import { readGatewayConfig } from "../gateway-config.ts";
import { createLogger } from "../platform/logger.ts";
import { stopSignal } from "./stop-signal.ts";

export function runCommand(): Command {
  return new Command("run")
    .description("run a gateway until SIGINT or SIGTERM")
    .requiredOption("-c, --config <file>", "the gateway's YAML config file")
    .option("--data <dir>", "data directory, instead of data.directory")
    .action(run);
}

async function run(options: { config: string; data?: string }): Promise<void> {
  const config = readGatewayConfig(options.config);
  const stopping = stopSignal();
  const directory = options.data ?? config.data.directory;
  const logger = createLogger(config.logger.level);
  const gateway = await startGateway({ ...config, data: { directory } }, logger, process.env);
  console.log(
    `tidegate ${config.gateway.id}: mqtt ${gateway.addresses.mqtt}, http ${gateway.addresses.http}, data ${directory}`,
  );
  await stopping;
  await gateway.close();
}
