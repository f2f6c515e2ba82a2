import { InvalidArgumentError } from "commander";

// Parsers of option values. Each throws InvalidArgumentError, which commander prints beside the option's name; exit code 64.

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `20s`, `1.5m`, `2h`, `7d` in milliseconds. */
export function parseDurationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  const durationMs = Number(match?.[1]) * (unitMs[match?.[2] ?? ""] ?? Number.NaN);
  if (!Number.isFinite(durationMs)) throw new InvalidArgumentError("Give a number with a unit: 500ms, 20s, 5m, 2h or 7d.");
  return durationMs;
}

/** As {@link parseDurationMs}, or Infinity for `forever`. */
export function parseDurationOrForever(text: string): number {
  return text === "forever" ? Number.POSITIVE_INFINITY : parseDurationMs(text);
}

/** A whole number in [min, max]. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
    return value;
  };
}

/** A number in (0, max]. */
export function positiveNumber(max: number): (text: string) => number {
  return (text) => {
    const value = /^\d*\.?\d+(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    if (!(value > 0 && value <= max)) throw new InvalidArgumentError(`Give a number above 0 and up to ${max}.`);
    return value;
  };
}

/** A factor, or Infinity for `max`. */
export function parseSpeed(text: string): number {
  return text === "max" ? Number.POSITIVE_INFINITY : positiveNumber(1e9)(text);
}

/** `mqtt://host:port`, with `user:password@` if the broker wants it. */
export function parseBrokerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["mqtt:", "mqtts:", "ws:", "wss:"].includes(url.protocol) || url.hostname === "") {
    throw new InvalidArgumentError("Give a broker as mqtt://host:port (also mqtts, ws and wss).");
  }
  return text;
}

/** A name that is one level of a topic. */
export function parseName(text: string): string {
  if (text === "" || text.length > 256 || /[/+#\0]/.test(text)) {
    throw new InvalidArgumentError("Give 1 to 256 characters without /, + and #.");
  }
  return text;
}
