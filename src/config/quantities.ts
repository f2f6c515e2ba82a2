// Quantities as people write them in a config file, parsed once into the unit that the code uses.

import { isIP } from "node:net";
import { z } from "zod";
import { isoTimeUs } from "../model/time.ts";

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const unitBytes = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

export interface Range {
  readonly min: string;
  readonly max: string;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

function scaled<Unit extends string>(units: Record<Unit, number>, text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(text);
  const factor = units[match?.[2] as Unit];
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
}

function quantity<Unit extends string>(units: Record<Unit, number>, what: string, range: Range) {
  const names = Object.keys(units).join(", ");
  const allowed = `${what} from ${range.min} to ${range.max}, with a unit (${names})`;
  const min = scaled(units, range.min) ?? 0;
  const max = scaled(units, range.max) ?? Number.MAX_SAFE_INTEGER;
  return z
    .string()
    .meta({ allowed })
    .transform((text, context) => {
      const value = scaled(units, text);
      if (value !== undefined && value >= min && value <= max) return Math.round(value);
      context.addIssue({ code: "custom", message: value === undefined ? `is not ${what} with a unit` : "is out of range" });
      return z.NEVER;
    });
}

/** "10s" → milliseconds. */
export const duration = (range: Range) => quantity(unitMs, "a duration", range);

/** Of a section with both: the ceiling may not lie below the first delay. */
export function checkRetryDelays(
  { retryDelayMin, retryDelayMax }: { readonly retryDelayMin: number; readonly retryDelayMax: number },
  context: z.RefinementCtx,
): void {
  if (retryDelayMin <= retryDelayMax) return;
  const remedy = "make it at least retryDelayMin";
  context.addIssue({ code: "custom", path: ["retryDelayMax"], message: "is less than retryDelayMin", params: { remedy } });
}

/** "256KiB" → bytes. */
export const size = (range: Range) => quantity(unitBytes, "a size", range);

/** Splits "HOST:PORT" or "[IPv6]:PORT"; undefined if it is neither. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

export const hostPort = z
  .string()
  .meta({ allowed: "HOST:PORT with a port from 0 to 65535 (0: any free port), IPv6 as [HOST]:PORT" })
  .transform((text, context) => {
    const parsed = parseHostPort(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: "custom", message: "is not HOST:PORT" });
    return z.NEVER;
  });

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** An ISO 8601 time with a zone → microseconds since the Unix epoch. */
export const instant = z
  .string()
  .meta({ allowed: 'an ISO 8601 time with a zone, such as "2000-01-01T00:00:00Z"' })
  .transform((text, context) => {
    const timeUs = isoTimeUs(text);
    if (timeUs !== undefined) return timeUs;
    context.addIssue({ code: "custom", message: "is not a time with a zone" });
    return z.NEVER;
  });
