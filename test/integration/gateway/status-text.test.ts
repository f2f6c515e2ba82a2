import { expect, test } from "vitest";
import { statusTable } from "../../../src/cli/status.ts";
import { runningGateway } from "../../support/running-gateway.ts";

const lastError = "forward to 127.0.0.1:1: it answered 500";

const up = { state: "draining", lastError: null, nextRetryMs: null, pause: null, quarantined: 0 };

test.each([
  [{ ...up, state: "live", lastError }, "live"],
  [{ ...up, lastError, quarantined: 3 }, "draining, 3 in quarantine"],
  [{ ...up, state: "backing-off", lastError, nextRetryMs: 1500 }, `backing-off, next try in 2 s: ${lastError}`],
  [{ ...up, state: "connecting", lastError, quarantined: 1 }, `connecting, 1 in quarantine: ${lastError}`],
  [{ ...up, pause: { reason: "asked", forMs: 90_000 } }, "draining, it asked to wait 90 s"],
  [{ ...up, pause: { reason: "hours", forMs: 3 * 3_600_000 } }, "draining, its hours begin in 3 h"],
  [{ ...up, pause: { reason: "hours", forMs: null } }, "draining, its hours never begin again"],
] as const)("of a sink %j it is said: %s", async (sink, said) => {
  const { gateway } = await runningGateway();
  const table = statusTable({ ...gateway.status(), sinks: { web: { ...sink, lanes: {} } } });
  expect(
    table
      .split("\n")
      .find((line) => line.startsWith("sink web"))
      ?.replace(/^sink web +/, ""),
  ).toBe(said);
});
