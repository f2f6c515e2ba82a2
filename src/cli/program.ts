// `tidegate` with its commands. Each is loaded when it is asked for: what `run` needs takes a Raspberry Pi seconds to load, and a `status`
// needs none of it.

import { Command } from "commander";

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./run.ts")).runCommand(),
  collector: async () => (await import("./collector.ts")).collectorCommand(),
  check: async () => (await import("./check.ts")).checkCommand(),
  status: async () => (await import("./status.ts")).statusCommand(),
  alerts: async () => (await import("./alerts.ts")).alertsCommand(),
  silence: async () => (await import("./silence.ts")).silenceCommand(),
  quarantine: async () => (await import("./quarantine.ts")).quarantineCommand(),
  export: async () => (await import("./export.ts")).exportCommand(),
  log: async () => (await import("./log.ts")).logCommand(),
  replay: async () => (await import("./replay.ts")).replayCommand(),
  demo: async () => (await import("./demo.ts")).demoCommand(),
};

/**
 * With the command that the command line begins with, or with all of them if it begins with none of them. A command line that is not
 * understood throws a CommanderError.
 */
export async function createProgram(commandLine: readonly string[]): Promise<Command> {
  const tidegate = new Command("tidegate")
    .description(
      "An edge gateway for sensor streams: MQTT in, windows and alerts at the edge, exactly once into the collector.",
    )
    .version("0.1.0")
    // What stands behind a command belongs to it, and not to a command above it with an option of that name.
    .enablePositionalOptions();
  const [name = ""] = commandLine;
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const loaded = await Promise.all(load === undefined ? Object.values(commands).map((each) => each()) : [load()]);
  for (const command of loaded) tidegate.addCommand(command.exitOverride());
  return tidegate.exitOverride();
}
