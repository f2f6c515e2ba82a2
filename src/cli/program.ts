import { Command } from "commander";
import { alertsCommand } from "./alerts.ts";
import { checkCommand } from "./check.ts";
import { collectorCommand } from "./collector.ts";
import { demoCommand } from "./demo.ts";
import { exportCommand } from "./export.ts";
import { logCommand } from "./log.ts";
import { quarantineCommand } from "./quarantine.ts";
import { replayCommand } from "./replay.ts";
import { runCommand } from "./run.ts";
import { silenceCommand } from "./silence.ts";
import { statusCommand } from "./status.ts";

/** `tidegate` with all its commands. A command line that is not understood throws a CommanderError. */
export function createProgram(): Command {
  const tidegate = new Command("tidegate")
    .description(
      "An edge gateway for sensor streams: MQTT in, windows and alerts at the edge, exactly once into the collector.",
    )
    .version("0.1.0")
    // What stands behind a command belongs to it, and not to a command above it with an option of that name.
    .enablePositionalOptions();
  for (const command of [
    runCommand(),
    collectorCommand(),
    checkCommand(),
    statusCommand(),
    alertsCommand(),
    silenceCommand(),
    quarantineCommand(),
    exportCommand(),
    logCommand(),
    replayCommand(),
    demoCommand(),
  ]) {
    tidegate.addCommand(command.exitOverride());
  }
  return tidegate.exitOverride();
}
