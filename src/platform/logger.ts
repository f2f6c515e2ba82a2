import { destination, type Logger as PinoLogger, pino } from "pino";

/** Diagnostics, never data: the durable thing is called the log. */
export type Logger = Pick<PinoLogger, "debug" | "info" | "warn" | "error">;

export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** JSON lines on standard error; standard output belongs to the commands. */
export function createLogger(level: LogLevel): Logger {
  return pino({ level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }, destination(2));
}
