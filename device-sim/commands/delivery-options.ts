import { type Command, Option } from "commander";
import { parseBrokerUrl, wholeNumber } from "../arguments.ts";

export const defaultUrl = "mqtt://127.0.0.1:1883";

/** The options of every command that publishes and keeps a ledger. */
export function addDeliveryOptions(command: Command): Command {
  return command
    .option("--url <url>", "the broker, mqtt://[user:password@]host:port", parseBrokerUrl, defaultUrl)
    .addOption(oneOf("--qos <level>", "MQTT quality of service; 0 is never acknowledged", [0, 1, 2], 1))
    .addOption(oneOf("--mqtt-version <v>", "protocol: 4 is MQTT 3.1.1", [4, 5], 4))
    .option("--window <n>", "unacknowledged messages per device", wholeNumber(1, 65_535), 64)
    .option("--seed <n>", "same seed, same behaviour", wholeNumber(0, 2 ** 32 - 1), 1)
    .option("--ledger <file>", "record what was sent and acknowledged as NDJSON, for reconcile; replaces the file");
}

/** An option whose value is one of a few numbers. */
export function oneOf(flags: string, description: string, values: readonly number[], preset: number): Option {
  const option = new Option(flags, description).choices(values.map(String));
  const parseChoice = option.parseArg;
  return option.argParser((text) => Number(parseChoice?.(text, undefined))).default(preset);
}
