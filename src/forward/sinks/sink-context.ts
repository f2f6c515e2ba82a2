import type { Clock } from "../../platform/clock.ts";
import type { Logger } from "../../platform/logger.ts";
import type { SinkOrigin } from "../record-sink.ts";

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What every sink may use. */
export interface SinkContext {
  readonly origin: SinkOrigin;
  /** For secrets that stand there. */
  readonly environment: Environment;
  readonly clock: Clock;
  readonly logger: Logger;
}
