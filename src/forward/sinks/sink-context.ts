import type { Clock } from "../../platform/clock.ts";
import type { Logger } from "../../platform/logger.ts";
import type { SinkOrigin } from "../record-sink.ts";

/** What every sink may use. */
export interface SinkContext {
  readonly origin: SinkOrigin;
  /** Environment variables, for secrets that stand there. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logger: Logger;
}
