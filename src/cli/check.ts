import { Command } from "commander";
import { checkGatewayConfig } from "../gateway-config.ts";
import { readCollectorConfig } from "./collector-config.ts";

export function checkCommand(): Command {
  return new Command("check")
    .description("validate a config file; every fault with its path, the value, what is allowed and the remedy")
    .requiredOption("-c, --config <file>", "the gateway's YAML config file")
    .option("--collector", "it is a collector's config file")
    .action((options: { config: string; collector?: boolean }) => {
      if (options.collector) readCollectorConfig(options.config);
      else checkGatewayConfig(options.config);
      console.log(`${options.config} is valid`);
    });
}
