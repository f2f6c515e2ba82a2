import { loadGatewayConfig } from "./config/load.ts";
import type { GatewayConfig } from "./config/schema.ts";
import { certificateFaults, hoursFaults } from "./gateway-forward.ts";
import { expressionFaults } from "./gateway-rules.ts";

const checks = [expressionFaults, hoursFaults];

/**
 * Reads and validates a gateway's config file, expressions of rules and of sending hours included. Here and not in the room config, which knows no other
 * room: this root brings together the loader and those who know what a field means. Errors: as loadGatewayConfig.
 */
export function readGatewayConfig(path: string): GatewayConfig {
  return loadGatewayConfig(path, checks);
}

/**
 * As {@link readGatewayConfig}, and looks into the files that the config names. Not when a gateway starts: it takes readings whatever
 * becomes of its certificates, and the forwarder's status says what is wrong with them.
 */
export function checkGatewayConfig(path: string): GatewayConfig {
  return loadGatewayConfig(path, [...checks, certificateFaults]);
}
