#!/usr/bin/env node
import { CommanderError } from "commander";
import { ExitError, exitCodes } from "./exit-error.ts";
import { createProgram } from "./program.ts";

// Simulated devices for a gateway, and the proof that nothing of theirs was lost.
//
// It is a program of its own and shares no code with the gateway, only the .proto files: a fault that were made twice in the same
// way would cancel out and stay invisible. Everything is seeded. It publishes to any MQTT broker.
//   fleet, replay   publish, keep a ledger of what was sent and what was acknowledged
//   reconcile       compares that ledger with what a collector has received
//   load            measures how fast a broker acknowledges
// Results go to standard output, one line or JSON; complaints to standard error. Exit codes: exit-error.ts.

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
