import { Command } from "commander";
import { readGatewayConfig } from "../gateway-config.ts";

export function checkCommand(): Command {
  return new Command("check")
    .description("validate a config file; every fault with its path, the value, what is allowed and the remedy")
    .requiredOption("-c, --config <file>", "the gateway's YAML config file")
    .action((options: { config: string }) => {
      readGatewayConfig(options.config);
      console.log(`${options.config} is valid`);
    });
}
