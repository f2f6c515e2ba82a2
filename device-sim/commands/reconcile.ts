import type { Command } from "commander";
import { ExitError, exitCodes } from "../exit-error.ts";
import type { Host } from "../host.ts";
import { type Difference, isComplete, type ReconcileReport } from "../reconcile.ts";
import { type ReconcileOptions, reconcileFiles } from "../reconcile-files.ts";

const help = `
  missing      acknowledged, not received
  duplicated   received more often than sent
  altered      received at the same device, metric and event time, but only with another value
  unknown      received from a device of the ledger, which never sent it
  A reading that was received once without its acknowledgement having arrived is no difference.

Exit codes: 0 no difference, 1 differences, 64 usage, 65 not an NDJSON ledger or export, 66 file unreadable.

Examples:
  $ device-sim reconcile --ledger ledger.ndjson --received received.ndjson
  $ tidegate export --data data/collector --lane readings --format ndjson | device-sim reconcile --ledger ledger.ndjson --received -`;

export function registerReconcile(program: Command, host: Host): void {
  program
    .command("reconcile")
    .description("compare ledgers of sent readings with what a collector received")
    .requiredOption("--ledger <files...>", "ledgers that fleet or replay wrote")
    .requiredOption("--received <file>", "tidegate export --lane readings --format ndjson; - for standard input")
    .option("--json", "print the whole report as one JSON object instead")
    .addHelpText("after", help)
    .action(async (options: ReconcileOptions & { readonly json?: boolean }) => {
      const report = await reconcileFiles(options, host);
      if (options.json === true) host.print(JSON.stringify(report));
      else printReport(report, host);
      if (!isComplete(report))
        throw new ExitError(exitCodes.difference, "what was received differs from what was acknowledged");
    });
}

function printReport(report: ReconcileReport, host: Host): void {
  for (const difference of report.differences) host.print(differenceLine(difference));
  const { sent, received, unacknowledged, unknown, foreign } = report;
  host.print(
    `sent ${sent}, received ${received}, received unacknowledged ${unacknowledged}, unknown ${unknown}, other devices ${foreign}`,
  );
  const { acknowledged, missing, duplicated, altered } = report;
  host.print(`acknowledged ${acknowledged}, missing ${missing}, duplicated ${duplicated}, altered ${altered}`);
}

function differenceLine({ kind, device, metric, eventTimeUs, value }: Difference): string {
  const at = eventTimeUs === null ? "" : ` at ${new Date(eventTimeUs / 1000).toISOString()} (${eventTimeUs} us)`;
  return `${kind}: ${device} ${metric} ${JSON.stringify(value)}${at}`;
}
