// Writes what is generated from other files: the protobuf module, the config schema and the tables in the documentation.
// `--check` writes nothing and fails if a file would change.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const check = process.argv.includes("--check");
const stale = [];

function place(path, content) {
  const target = join(root, path);
  if (existsSync(target) && readFileSync(target, "utf8") === content) return;
  if (check) stale.push(path);
  else writeFileSync(target, content);
}

function generateProto() {
  const out = mkdtempSync(join(tmpdir(), "tidegate-proto-"));
  const sources = readdirSync(join(root, "proto/tidegate/v1")).map((name) => join("proto/tidegate/v1", name));
  const pbjs = join(root, "node_modules/protobufjs-cli/bin/pbjs");
  const flags = [
    "-t",
    "static-module",
    "-w",
    "esm",
    "--dts",
    "--force-number",
    "--no-create",
    "--no-verify",
    "--no-convert",
    "--no-delimited",
    "--no-typeurl",
    "--no-service",
  ];
  const run = spawnSync(
    process.execPath,
    [pbjs, ...flags, "--dependency", "../protobuf-runtime.js", "-o", join(out, "tidegate.js"), ...sources],
    { cwd: root, stdio: ["ignore", "inherit", "inherit"] },
  );
  if (run.status !== 0) process.exit(1);
  mkdirSync(join(root, "proto/gen"), { recursive: true });
  place("proto/gen/tidegate.js", readFileSync(join(out, "tidegate.js"), "utf8"));
  const types = readFileSync(join(out, "tidegate.d.ts"), "utf8");
  place(
    "proto/gen/tidegate.d.ts",
    types.replace("../protobuf-runtime.js", "protobufjs/minimal.js").replace(/import Long.*\n/, ""),
  );
  rmSync(out, { recursive: true });
}

/** Columns would make wide tables of every terminal width; the documentation has one width. */
function generateDocs() {
  const env = { ...process.env, COLUMNS: "100", NO_COLOR: "1" };
  const run = spawnSync(process.execPath, ["--import", "tsx", "scripts/generate-docs.ts"], {
    cwd: root,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0) process.exit(1);
  for (const [path, content] of Object.entries(JSON.parse(run.stdout))) place(path, content);
}

generateProto();
generateDocs();
if (stale.length > 0) {
  console.error(`stale: ${stale.join(", ")}; run "npm run generate" and commit the result`);
  process.exit(1);
}
