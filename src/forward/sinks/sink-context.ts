import type { Origin } from "../../model/origin.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Environment } from "../../platform/secret.ts";

/** What every sink may use. */
export interface SinkContext {
  readonly origin: Origin;
  /** For secrets that stand there. */
  readonly environment: Environment;
  readonly clock: Clock;
  readonly logger: Logger;
}
