import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "mqtt";
import { describe, expect, it, onTestFinished } from "vitest";
import { startMosquitto } from "../../support/mosquitto.ts";
import { tempDir } from "../../support/temp-dir.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

function start(args: readonly string[]) {
  const child = spawn(process.execPath, ["--import", "tsx", "device-sim/main.ts", ...args], {
    cwd: root,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += chunk));
  child.stderr.on("data", (chunk) => (output.stderr += chunk));
  const ended = once(child, "close").then(([code]) => ({ code: code as number, ...output }));
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, ended };
}

const sentLine = '{"s":0,"device":"pump","metric":"t","eventTimeUs":1,"value":1.5}\n{"a":0}\n';
const receivedLine =
  '{"gateway":"g","offset":0,"device":"pump","metric":"t","eventTimeUs":1,"ingestTimeUs":2,"value":1.5,"quality":0}\n';

async function ledgerFile(): Promise<string> {
  const path = join(await tempDir(), "ledger.ndjson");
  await writeFile(path, sentLine);
  return path;
}

describe("exit codes", () => {
  it.each([
    ["--help", 0],
    ["fleet --help", 0],
    ["", 64],
    ["fleet --devices 0", 64],
    ["fleet --rate 5000", 64],
    ["load --url http://localhost", 64],
    ["reconcile --ledger l", 64],
    ["reconcile --ledger /nonexistent --received -", 66],
    ["load --url mqtt://127.0.0.1:1", 69],
  ])("device-sim %s ends with %i", async (line, expected) => {
    const { code, stdout, stderr } = await start(line.split(" ").filter((word) => word !== "")).ended;
    expect(code).toBe(expected);
    expect(expected === 0 ? stdout : stderr).not.toBe("");
    expect(stderr).not.toContain("    at ");
  });
});

it("reconcile reads standard input and ends with 0 and the four counts when nothing differs", async () => {
  const { child, ended } = start(["reconcile", "--ledger", await ledgerFile(), "--received", "-"]);
  child.stdin.end(receivedLine);
  const { code, stdout } = await ended;
  expect(stdout.trimEnd().split("\n").at(-1)).toBe("acknowledged 1, missing 0, duplicated 0, altered 0");
  expect(code).toBe(0);
});

it("reconcile ends with 1 when something differs, and says what", async () => {
  const { child, ended } = start(["reconcile", "--ledger", await ledgerFile(), "--received", "-"]);
  child.stdin.end(receivedLine + receivedLine);
  const { code, stdout } = await ended;
  expect(stdout).toContain("duplicated: pump t 1.5 at 1970-01-01T00:00:00.000Z (1 us)");
  expect(stdout.trimEnd().split("\n").at(-1)).toBe("acknowledged 1, missing 0, duplicated 1, altered 0");
  expect(code).toBe(1);
});

it("Ctrl-C ends an endless fleet with its summary and 0", async () => {
  const mosquitto = await startMosquitto(await tempDir());
  const subscriber = connect(mosquitto.url);
  onTestFinished(async () => {
    await subscriber.endAsync(true);
    await mosquitto.stop();
  });
  await subscriber.subscribeAsync("sensors/#");
  const { child, ended } = start(["fleet", "--duration", "forever", "--url", mosquitto.url]);
  await new Promise<void>((resolve) => subscriber.once("message", () => resolve()));
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  expect(stdout).toMatch(/^sent (\d+), acknowledged \1, rejected 0, redelivered 0, reconnects 0\n$/);
  expect(code).toBe(0);
});
