#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { registerFleet } from "./commands/fleet.ts";
import { registerLoad } from "./commands/load.ts";
import { registerReconcile } from "./commands/reconcile.ts";
import { registerReplay } from "./commands/replay.ts";
import { ExitError, exitCodes } from "./exit-error.ts";
import { processHost } from "./host.ts";

// Simulated devices for a gateway, and the proof that nothing of theirs was lost.
//
// It is a program of its own and shares no code with the gateway, only the .proto files: a fault that were made twice in the same
// way would cancel out and stay invisible. Everything is seeded. It publishes to any MQTT broker.
//   fleet, replay   publish, keep a ledger of what was sent and what was acknowledged
//   reconcile       compares that ledger with what a collector has received
//   load            measures how fast a broker acknowledges
// Results go to standard output, one line or JSON; complaints to standard error. Exit codes: exit-error.ts.

function createProgram(): Command {
  const program = new Command("device-sim");
  program
    .description("Simulated devices for Tidegate: fleets, recordings, load, and a ledger to prove that nothing was lost.")
    .helpCommand(false)
    .showHelpAfterError("Run the command with --help for its options.")
    .exitOverride();
  const host = processHost();
  registerFleet(program, host);
  registerReplay(program, host);
  registerLoad(program, host);
  registerReconcile(program, host);
  return program.addHelpText("after", "\nExit codes: 0 ok, 1 reconcile found a difference, 64 usage, 69 broker unreachable.");
}

/** Says why and returns the exit code. Anything unforeseen is a bug: 70, with its stack. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof ExitError) {
    process.stderr.write(`device-sim: ${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`device-sim: ${error instanceof Error ? error.stack : String(error)}\n`);
  return exitCodes.bug;
}

process.on("uncaughtException", (error) => process.exit(explain(error)));
// A reader that needs no more, as `| head`.
process.stdout.on("error", () => process.exit(exitCodes.ok));
try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
