import { setMaxListeners } from "node:events";
import type { Clock } from "./clock.ts";
import { systemClock } from "./clock.ts";

/** What a command has of the world around it. Tests pass their own. */
export interface Host {
  readonly clock: Clock;
  /** Standard output, a line at a time: results. */
  readonly print: (line: string) => void;
  /** Standard error, a line at a time: what went wrong. */
  readonly complain: (line: string) => void;
  /** Where a live line may be drawn; undefined if that is no terminal. */
  readonly liveOut: NodeJS.WritableStream | undefined;
  readonly liveErr: NodeJS.WritableStream | undefined;
  /** Aborts when the user wants the command to end. */
  readonly stop: AbortSignal;
}

/** The process itself. The first SIGINT or SIGTERM asks for a clean end, the second ends at once. */
export function processHost(): Host {
  const stop = new AbortController();
  // Every device listens, and there may be 10,000 of them.
  setMaxListeners(0, stop.signal);
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort();
    });
  }
  return {
    clock: systemClock,
    print: (line) => process.stdout.write(`${line}\n`),
    complain: (line) => process.stderr.write(`${line}\n`),
    liveOut: process.stdout.isTTY ? process.stdout : undefined,
    liveErr: process.stderr.isTTY ? process.stderr : undefined,
    stop: stop.signal,
  };
}
