import { constants } from "node:os";

/**
 * Resolves with the first SIGINT, SIGTERM or SIGHUP (the terminal is closed). A second one ends the process at once, with the
 * exit code that shells expect.
 */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (signal: NodeJS.Signals) => {
      if (asked) process.exit(128 + constants.signals[signal]);
      asked = true;
      resolve();
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
    process.on("SIGHUP", onSignal);
  });
}
