import { systemClock } from "../../device-sim/clock.ts";
import type { Host } from "../../device-sim/host.ts";

export interface SimHost extends Host {
  readonly printed: string[];
  readonly complaints: string[];
  /** As Ctrl-C. */
  interrupt(): void;
}

/** The world of a device-sim command that runs inside a test: real time, no terminal, lines kept. */
export function simHost(): SimHost {
  const stop = new AbortController();
  const printed: string[] = [];
  const complaints: string[] = [];
  return {
    clock: systemClock,
    print: (line) => printed.push(line),
    complain: (line) => complaints.push(line),
    liveOut: undefined,
    liveErr: undefined,
    stop: stop.signal,
    printed,
    complaints,
    interrupt: () => stop.abort(),
  };
}
