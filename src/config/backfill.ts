import { z } from "zod";

/** Of a window or a rule. */
export function backfill(what: "window" | "rule") {
  const input =
    what === "rule" ? " A rule on a window hears only what that says: of the past, if it is backfilled with it." : "";
  return z
    .boolean()
    .default(false)
    .describe(
      `A new or changed ${what} begins with the readings that the log still holds, not with those from now on. Later than that it changes nothing: a ${what} that is known goes on.${input}`,
    );
}
