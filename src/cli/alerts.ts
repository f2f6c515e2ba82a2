import { Command } from "commander";
import type { ActiveAlert } from "../model/alert-note.ts";
import { askGateway, urlOption } from "./ask-gateway.ts";
import { print } from "./print.ts";

interface NoteOptions {
  url: string;
  tag: string;
  by?: string;
  comment?: string;
}

export function alertsCommand(): Command {
  const command = new Command("alerts").description("the firing alerts of a running gateway");
  command
    .command("list", { isDefault: true })
    .exitOverride()
    .description("list them, oldest first")
    .addOption(urlOption())
    .option("--json", "print one JSON object a line")
    .action(list);
  const note = (name: string, description: string) =>
    command
      .command(name)
      .exitOverride()
      .description(description)
      .argument("<rule>", "as listed")
      .argument("<device>", 'as listed; "" for a window that spans devices')
      .argument("<metric>", 'as listed; "" for a window that spans metrics')
      .option("--tag <name=value>", "as listed, of a window that groups by a tag", "")
      .addOption(urlOption());
  note("ack", "acknowledge one, until it resolves")
    .requiredOption("--by <name>", "who takes care of it (required)")
    .option("--comment <text>", "what others should know")
    .action((...args: [string, string, string, NoteOptions]) => say("acknowledge", ...args));
  note("unack", "take the acknowledgement back").action((...args: [string, string, string, NoteOptions]) =>
    say("unacknowledge", ...args),
  );
  return command;
}

async function list({ url, json }: { url: string; json?: boolean }): Promise<void> {
  const { alerts } = await askGateway<{ alerts: ActiveAlert[] }>(url, "GET", "/api/v1/alerts");
  if (alerts.length === 0 && !json) await print("no alert is firing");
  for (const alert of alerts) await print(json ? JSON.stringify(alert) : lineOf(alert));
}

async function say(what: string, rule: string, device: string, metric: string, options: NoteOptions): Promise<void> {
  const { url, ...note } = options;
  const alert = await askGateway<ActiveAlert>(url, "POST", `/api/v1/alerts/${what}`, { rule, device, metric, ...note });
  await print(lineOf(alert));
}

function lineOf({ severity, rule, device, metric, tag, value, firedAtUs, acknowledged, silencedUntilUs }: ActiveAlert): string {
  const about = [severity.padEnd(8), rule, device || '""', metric || '""', ...(tag === "" ? [] : [tag])].join("  ");
  const comment = acknowledged === null || acknowledged.comment === "" ? "" : `: ${acknowledged.comment}`;
  return [
    `${about}  ${value ?? "no value"} since ${timeOf(firedAtUs)}`,
    ...(acknowledged === null ? [] : [`acknowledged by ${acknowledged.by}${comment}`]),
    ...(silencedUntilUs === null ? [] : [`silenced until ${timeOf(silencedUntilUs)}`]),
  ].join(", ");
}

/** To the second. */
export function timeOf(timeUs: number): string {
  return new Date(timeUs / 1000).toISOString().replace(/\.\d+/, "");
}
