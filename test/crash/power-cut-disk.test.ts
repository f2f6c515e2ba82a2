import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { compileDiskShim, diskShimEnv } from "../support/power-cut/disk-shim.ts";
import { type Loss, PowerCutDisk } from "../support/power-cut/power-cut-disk.ts";
import { isMissing } from "../support/servers.ts";
import { tempDir } from "../support/temp-dir.ts";

// The simulated power cut itself, on small programs: a test bench that loses too little proves nothing.

/** Runs a program with `fs` and the directory `dir` on the disk, cuts the power, and says what each file holds then. */
async function afterPowerCut(program: string, loss: Loss, random = () => 0) {
  const directory = await tempDir();
  const root = join(directory, "data");
  const trace = join(directory, "trace");
  const env = { ...process.env, ...diskShimEnv(await compileDiskShim(directory), { root, trace }) };
  const code = `const fs = require("node:fs"); const dir = ${JSON.stringify(root)}; fs.mkdirSync(dir); ${program}`;
  await promisify(execFile)(process.execPath, ["-e", code], { env });
  const before = await contentsOf(root);
  await new PowerCutDisk(root).cut(trace, loss, random);
  return { before, after: await contentsOf(root) };
}

async function contentsOf(root: string): Promise<Record<string, string>> {
  const names = await readdir(root);
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(root, name), "latin1")])));
}

const disk = test.skipIf(isMissing("cc"));

disk("what was written before a sync stays, what was written after it is gone", async () => {
  const program = `const f = fs.openSync(dir + "/a", "w");
    fs.writeSync(f, "synced,"); fs.fdatasyncSync(f); fs.writeSync(f, "not synced"); fs.closeSync(f);`;
  const { before, after } = await afterPowerCut(program, "all");
  expect(before).toEqual({ a: "synced,not synced" });
  expect(after).toEqual({ a: "synced," });
});

disk("a file that was never synced is gone, name and all", async () => {
  expect((await afterPowerCut(`fs.writeFileSync(dir + "/a", "text");`, "all")).after).toEqual({});
});

disk("a rename is undone unless a sync of a file that changed later has committed it", async () => {
  const renamed = `const f = fs.openSync(dir + "/a", "w"); fs.writeSync(f, "1"); fs.fsyncSync(f); fs.renameSync(dir + "/a", dir + "/b");`;
  expect((await afterPowerCut(renamed, "all")).after).toEqual({ a: "1" });
  const unchanged = `${renamed} fs.fdatasyncSync(f);`;
  expect((await afterPowerCut(unchanged, "all")).after).toEqual({ a: "1" });
  const committed = `${renamed} fs.writeSync(f, "2"); fs.fdatasyncSync(f);`;
  expect((await afterPowerCut(committed, "all")).after).toEqual({ b: "12" });
});

disk("a removed file comes back unless the removal was committed", async () => {
  const removed = `const f = fs.openSync(dir + "/a", "w"); fs.writeSync(f, "1"); fs.fsyncSync(f); fs.unlinkSync(dir + "/a");`;
  expect((await afterPowerCut(removed, "all")).after).toEqual({ a: "1" });
  const committed = `${removed} const d = fs.openSync(dir, "r"); fs.fsyncSync(d);`;
  expect((await afterPowerCut(committed, "all")).after).toEqual({});
});

disk("a torn write keeps some sectors of 512 bytes and reads as zeros in the others", async () => {
  const program = `const f = fs.openSync(dir + "/a", "w"); fs.fsyncSync(f); fs.writeSync(f, "x".repeat(4 * 512));`;
  let turn = 0;
  // How much of the journal, the share of sectors that survive, and then a draw for each sector.
  const draws = [0.9, 0.5, 0.1, 0.9, 0.1, 0.9];
  const { after } = await afterPowerCut(program, "torn", () => draws[turn++] ?? 0.9);
  expect(after.a).toBe(`${"x".repeat(512)}${"\0".repeat(512)}${"x".repeat(512)}`);
});
