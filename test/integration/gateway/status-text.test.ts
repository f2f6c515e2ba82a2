import { expect, test } from "vitest";
import { statusTable } from "../../../src/cli/status.ts";
import { runningGateway } from "../../support/running-gateway.ts";

const lastError = "forward to 127.0.0.1:1: it answered 500";

test.each([
  [{ state: "live", lastError, quarantined: 0 }, "live"],
  [{ state: "draining", lastError, quarantined: 3 }, "draining, 3 in quarantine"],
  [{ state: "backing-off", lastError, quarantined: 0 }, `backing-off: ${lastError}`],
  [{ state: "connecting", lastError, quarantined: 1 }, `connecting, 1 in quarantine: ${lastError}`],
])("of a sink %j it is said: %s", async (sink, said) => {
  const { gateway } = await runningGateway();
  const table = statusTable({ ...gateway.status(), sinks: { web: { ...sink, lanes: {} } } });
  expect(
    table
      .split("\n")
      .find((line) => line.startsWith("sink web"))
      ?.replace(/^sink web +/, ""),
  ).toBe(said);
});
