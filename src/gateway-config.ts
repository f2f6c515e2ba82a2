import { loadGatewayConfig } from "./config/load.ts";
import type { GatewayConfig } from "./config/schema.ts";
import { hoursFaults } from "./gateway-forward.ts";
import { expressionFaults } from "./gateway-rules.ts";

/**
 * Reads and validates a gateway's config file, expressions of rules and of sending hours included. Here and not in the room config, which knows no other
 * room: this root brings together the loader and those who know what a field means. Errors: as loadGatewayConfig.
 */
export function readGatewayConfig(path: string): GatewayConfig {
  return loadGatewayConfig(path, [expressionFaults, hoursFaults]);
}
