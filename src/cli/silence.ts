import { Command, Option } from "commander";
import { severities } from "../model/alert.ts";
import type { Silence } from "../model/alert-note.ts";
import { timeOf } from "./alerts.ts";
import { askGateway, urlOption } from "./ask-gateway.ts";
import { print } from "./print.ts";

interface AddOptions {
  url: string;
  by: string;
}

export function silenceCommand(): Command {
  const command = new Command("silence").description(
    "silences of a running gateway: alerts that nobody is told of for a while",
  );
  const sub = (name: string, description: string) =>
    command.command(name).exitOverride().description(description).addOption(urlOption());
  sub("add", "make one, of what all the given options match; * in them stands for any run of characters")
    .option("--rule <glob>", "rules of the alerts")
    .option("--device <glob>", "their devices")
    .option("--metric <glob>", "their metrics")
    .option("--tag <glob>", "their tags, as name=value")
    .addOption(new Option("--severity <severity>", "their severity").choices([...severities]))
    .option("--for <duration>", "how long it holds, such as 2h (ms, s, m, h, d)")
    .option("--until <time>", "instead of --for: when it ends, such as 2026-01-31T12:00:00Z")
    .requiredOption("--by <name>", "who makes it (required)")
    .option("--comment <text>", "why")
    .action(add);
  sub("list", "list those that hold").option("--json", "print one JSON object a line").action(list);
  sub("remove", "end one before its time").argument("<id>", "as listed").action(remove);
  return command;
}

async function add({ url, ...silence }: AddOptions): Promise<void> {
  await print(lineOf(await askGateway<Silence>(url, "POST", "/api/v1/silences", silence)));
}

async function list({ url, json }: { url: string; json?: boolean }): Promise<void> {
  const { silences } = await askGateway<{ silences: Silence[] }>(url, "GET", "/api/v1/silences");
  if (silences.length === 0 && !json) await print("no silence holds");
  for (const silence of silences) await print(json ? JSON.stringify(silence) : lineOf(silence));
}

async function remove(id: string, { url }: { url: string }): Promise<void> {
  const silence = await askGateway<Silence>(url, "DELETE", `/api/v1/silences/${encodeURIComponent(id)}`);
  await print(`removed ${lineOf(silence)}`);
}

function lineOf({ id, rule, device, metric, tag, severity, untilUs, by, comment }: Silence): string {
  const names = Object.entries({ rule, device, metric, tag, severity: severity ?? "*" }).filter(([, glob]) => glob !== "*");
  const match = names.map(([name, glob]) => `${name} ${glob}`).join(", ") || "every alert";
  return `silence ${id}: ${match}, until ${timeOf(untilUs)}, by ${by}${comment === "" ? "" : `: ${comment}`}`;
}
