import { Command } from "commander";
import { registerFleet } from "./commands/fleet.ts";
import { registerLoad } from "./commands/load.ts";
import { registerReconcile } from "./commands/reconcile.ts";
import { registerReplay } from "./commands/replay.ts";
import { processHost } from "./host.ts";

/** `device-sim` with all its commands. A command line that is not understood throws a CommanderError. */
export function createProgram(): Command {
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
