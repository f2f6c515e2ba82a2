import { Command } from "commander";
import type { QuarantinedRecord } from "../model/quarantined-record.ts";
import { TidegateError } from "../platform/errors.ts";
import { timeOf } from "./alerts.ts";
import { askGateway, urlOption } from "./ask-gateway.ts";
import { print } from "./print.ts";

export function quarantineCommand(): Command {
  const command = new Command("quarantine").description("records that sinks of a running gateway refused for good");
  const sub = (name: string, description: string) =>
    command.command(name).exitOverride().description(description).addOption(urlOption());
  sub("list", "list them, with the reason").option("--json", "print one JSON object a line").action(list);
  for (const [name, description, done] of [
    ["retry", "send records again; those that are refused again stay", "to be sent again"],
    ["drop", "forget records", "forgotten"],
  ] as const) {
    sub(name, description)
      .argument("<sink>", "the sink that refused them")
      .argument("[ids...]", "which ones, as listed")
      .option("--all", "all of the sink")
      .action((sink: string, ids: string[], options: ChangeOptions) => change(name, { sink, ids, options, done }));
  }
  return command;
}

interface ChangeOptions {
  url: string;
  all?: boolean;
}

interface Change {
  readonly sink: string;
  readonly ids: readonly string[];
  readonly options: ChangeOptions;
  readonly done: string;
}

async function list({ url, json }: { url: string; json?: boolean }): Promise<void> {
  const { records } = await askGateway<{ records: QuarantinedRecord[] }>(url, "GET", "/api/v1/quarantine");
  if (records.length === 0 && !json) await print("no record is in quarantine");
  for (const record of records) await print(json ? JSON.stringify(record) : lineOf(record));
}

async function change(action: string, { sink, ids, options, done }: Change): Promise<void> {
  if (ids.length > 0 === (options.all ?? false))
    throw new TidegateError(
      "USAGE",
      `${action} which records of ${sink}: name their ids, as tidegate quarantine list shows them, or --all`,
    );
  const body = ids.length > 0 ? { sink, ids } : { sink };
  const { records } = await askGateway<{ records: number }>(options.url, "POST", `/api/v1/quarantine/${action}`, body);
  const missing = ids.length > records ? `; ${new Set(ids).size - records} of the ids are not in quarantine` : "";
  await print(`${records === 1 ? "1 record" : `${records} records`} of ${sink} ${done}${missing}`);
}

function lineOf({ sink, id, reason, sinceUs, refusals, record }: QuarantinedRecord): string {
  const series = [record.device, record.metric].filter((name) => name !== "").join("/");
  const times = refusals === 1 ? "once" : `${refusals} times`;
  return `${sink}  ${id}  ${series}  refused ${times} since ${timeOf(sinceUs)}: ${reason}`;
}
