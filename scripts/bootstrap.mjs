// Brings a fresh clone to where it can run: installs the packages and builds what is missing or older than its sources.

import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command in the repository and ends this process with its exit code if it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (result.error) console.error(`${command}: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

export function ensureInstalled() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Tidegate needs Node.js 20.19 or later; this is ${process.versions.node}`);
    process.exit(1);
  }
  if (modifiedMs("node_modules/.package-lock.json") >= modifiedMs("package-lock.json")) return;
  if (isLink("node_modules")) {
    // npm ci would empty the directory that it leads to, which is somebody else's.
    console.error("node_modules is a link, and is older than package-lock.json: run npm ci where it leads to, or remove it");
    process.exit(1);
  }
  console.log("installing packages (npm ci) ...");
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { stdio: ["ignore", "ignore", "inherit"] });
}

export function ensureBuilt() {
  const newestSource = Math.max(
    ...["src", "device-sim", "proto", "tsconfig.json", "tsconfig.build.json", "package-lock.json"].map(newestMs),
  );
  if (modifiedMs("dist/.built") >= newestSource) return;
  console.log("building ...");
  run(process.execPath, ["scripts/build.mjs"]);
}

function isLink(path) {
  return lstatSync(join(root, path), { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function modifiedMs(path) {
  const full = join(root, path);
  return existsSync(full) ? statSync(full).mtimeMs : 0;
}

function newestMs(path) {
  const full = join(root, path);
  if (!statSync(full).isDirectory()) return statSync(full).mtimeMs;
  return Math.max(0, ...readdirSync(full).map((name) => newestMs(join(path, name))));
}
