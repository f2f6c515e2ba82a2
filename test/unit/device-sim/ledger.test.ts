import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { exitCodes } from "../../../device-sim/exit-error.ts";
import { FileLedger } from "../../../device-sim/ledger.ts";
import { reconcileFiles } from "../../../device-sim/reconcile-files.ts";
import { simHost } from "../../support/sim-host.ts";
import { tempDir } from "../../support/temp-dir.ts";

const reading = { metric: "temperature", unit: "Cel", eventTimeUs: 1_700_000_000_000_000, value: "74.93588199999998" };

function receivedLine(device: string, metric: string, eventTimeUs: number, value: string): string {
  return `{"gateway":"g","offset":0,"device":"${device}","metric":"${metric}","eventTimeUs":${eventTimeUs},"ingestTimeUs":1,"value":${value},"quality":0}\n`;
}

it("keeps the value digit by digit", async () => {
  const path = join(await tempDir(), "ledger.ndjson");
  const ledger = new FileLedger(path);
  ledger.acknowledged(ledger.sent('pump "1"', reading));
  ledger.sent("pump 2", { ...reading, eventTimeUs: null, value: "1e-7" });
  ledger.close();
  expect(await readFile(path, "utf8")).toBe(
    '{"s":0,"device":"pump \\"1\\"","metric":"temperature","eventTimeUs":1700000000000000,"value":74.93588199999998}\n' +
      '{"a":0}\n{"s":1,"device":"pump 2","metric":"temperature","eventTimeUs":null,"value":1e-7}\n',
  );
});

it("is complete after a close, beyond its buffer", async () => {
  const path = join(await tempDir(), "ledger.ndjson");
  const ledger = new FileLedger(path);
  for (let i = 0; i < 5000; i++) ledger.acknowledged(ledger.sent("pump", { ...reading, eventTimeUs: i }));
  ledger.close();
  expect((await readFile(path, "utf8")).split("\n")).toHaveLength(10_001);
});

it("a file that cannot be written is told with its path", () => {
  expect(() => new FileLedger("/nonexistent/ledger.ndjson")).toThrow(
    expect.objectContaining({
      exitCode: exitCodes.fileUnwritable,
      message: expect.stringContaining("/nonexistent/ledger.ndjson"),
    }),
  );
});

it("reconcile reads ledgers and exports from files", async () => {
  const dir = await tempDir();
  const [one, two, received] = ["1.ndjson", "2.ndjson", "received.ndjson"].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  for (const [path, device] of [
    [one, "a"],
    [two, "b"],
  ] as const) {
    const ledger = new FileLedger(path);
    ledger.acknowledged(ledger.sent(device, reading));
    ledger.close();
  }
  await writeFile(
    received,
    ["a", "b"].map((device) => receivedLine(device, "temperature", reading.eventTimeUs, reading.value)).join(""),
  );
  const report = await reconcileFiles({ ledger: [one, two], received }, simHost());
  expect(report).toMatchObject({ sent: 2, acknowledged: 2, received: 2, missing: 0, duplicated: 0, altered: 0, unknown: 0 });
});

it("reconcile knows a reading by the time that the device sent, whatever the gateway made of it", async () => {
  const dir = await tempDir();
  const [ledger, received] = [join(dir, "ledger.ndjson"), join(dir, "received.ndjson")];
  await writeFile(ledger, '{"s":0,"device":"a","metric":"m","eventTimeUs":7,"value":1}\n{"a":0}\n');
  const line = '{"device":"a","metric":"m","eventTimeUs":1700000000000000,"value":1,"quality":1,"rawEventTimeUs":7}\n';
  await writeFile(received, line);
  expect(await reconcileFiles({ ledger: [ledger], received }, simHost())).toMatchObject({ missing: 0, unknown: 0 });
  await writeFile(received, line.replace(":7}", ":8}"));
  expect(await reconcileFiles({ ledger: [ledger], received }, simHost())).toMatchObject({ missing: 1, unknown: 1 });
});

it("reconcile leaves out the torn last line of a ledger, but not of what was received", async () => {
  const dir = await tempDir();
  const [ledger, received] = [join(dir, "ledger.ndjson"), join(dir, "received.ndjson")];
  await writeFile(ledger, '{"s":0,"device":"a","metric":"m","eventTimeUs":1,"value":1}\n{"a":');
  await writeFile(received, receivedLine("a", "m", 1, "1"));
  const report = await reconcileFiles({ ledger: [ledger], received }, simHost());
  expect(report).toMatchObject({ sent: 1, acknowledged: 0, unacknowledged: 1 });
  await writeFile(received, '{"device":"a","met');
  await expect(reconcileFiles({ ledger: [ledger], received }, simHost())).rejects.toMatchObject({
    exitCode: exitCodes.badInput,
  });
});

it("reconcile names the file that it cannot read", async () => {
  const missing = join(await tempDir(), "none.ndjson");
  await expect(reconcileFiles({ ledger: [missing], received: "-" }, simHost())).rejects.toMatchObject({
    exitCode: exitCodes.fileUnreadable,
    message: expect.stringContaining(missing),
  });
});
