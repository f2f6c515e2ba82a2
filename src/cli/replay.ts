import { Command, InvalidArgumentError } from "commander";
import { readGatewayConfig } from "../gateway-config.ts";
import { flatResult } from "../model/result.ts";
import { createLogger } from "../platform/logger.ts";
import { type ReplayLine, type ReplayRange, replay } from "../replay.ts";
import { print } from "./print.ts";

interface ReplayOptions {
  config: string;
  data?: string;
  from?: number;
  to?: number;
  diff?: boolean;
}

export function replayCommand(): Command {
  return new Command("replay")
    .description(
      "print what the windows and rules of a config say about the log of a stopped gateway; nothing is stored or sent",
    )
    .requiredOption("-c, --config <file>", "the YAML config file with the windows and rules")
    .option("--data <dir>", "the gateway's data directory, instead of data.directory")
    .option("--from <time>", "only readings that were appended from then on: ISO 8601 with a zone", instant)
    .option("--to <time>", "only readings that were appended until then", instant)
    .option("--diff", "print only what differs from what the gateway recorded")
    .action(run);
}

/** Microseconds since the Unix epoch. */
function instant(text: string): number {
  const timeMs = /(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) throw new InvalidArgumentError("Write it like 2026-01-31T12:00:00Z.");
  return timeMs * 1000;
}

async function run({ config: file, data, from, to, diff = false }: ReplayOptions): Promise<void> {
  const loaded = readGatewayConfig(file);
  const config = data === undefined ? loaded : { ...loaded, data: { directory: data } };
  const range: ReplayRange = { ...(from === undefined ? {} : { fromUs: from }), ...(to === undefined ? {} : { toUs: to }) };
  for await (const said of replay(config, { diff, range, logger: createLogger("warn") })) await print(lineOf(said));
}

function lineOf(said: ReplayLine): string {
  const record = said.lane === "results" ? flatResult(said.record) : said.record;
  return JSON.stringify({ ...("only" in said ? { only: said.only } : {}), lane: said.lane, ...record });
}
