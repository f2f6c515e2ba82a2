#!/usr/bin/env node
// `tidegate`: one file a command. The only reader of process.argv and process.env.

import { CommanderError } from "commander";
import { errorTable, systemCodeOf, TidegateError } from "../platform/errors.ts";
import { createProgram } from "./program.ts";

const ioErrorExitCode = 74;

// A reader that needs no more, as in `tidegate export ... | head`.
process.stdout.on("error", (error) => {
  if (systemCodeOf(error) === "EPIPE") process.exit(0);
  console.error(`tidegate: standard output cannot be written: ${error.message}; what was printed is not complete`);
  process.exit(ioErrorExitCode);
});
try {
  const program = await createProgram(process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Prints a failure and says with which exit code to end. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return reportUsage(error);
  if (!(error instanceof TidegateError)) throw error;
  console.error(`tidegate: ${error.message} [${error.code}]`);
  return error.exitCode;
}

/** What is wrong has been printed, or the help of a command that was named without one of its own. */
function reportUsage({ code, exitCode }: CommanderError): number {
  if (exitCode === 0) return 0;
  if (code !== "commander.help") console.error("Run the command with --help for its options [USAGE]");
  return errorTable.USAGE.exitCode;
}
