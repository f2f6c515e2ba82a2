// The servers and tools that tests want, from Debian packages. Installs what is missing where that is possible (Debian, root).

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Program → the Debian packages it comes from. "loop-mount" is no program but what mount and mkfs.ext4 are here for. */
const servers = {
  mosquitto: ["mosquitto"],
  mosquitto_pub: ["mosquitto-clients"],
  "prometheus-alertmanager": ["prometheus-alertmanager"],
  postgres: ["postgresql"],
  "nats-server": ["nats-server"],
  "rabbitmq-server": ["rabbitmq-server"],
  kcat: ["kcat"],
  openssl: ["openssl"],
  cc: ["gcc", "libc6-dev"],
  "loop-mount": ["mount", "e2fsprogs"],
};

/** Debian has no Kafka, and Maven's is 45 MB: `npm run test:kafka` brings it, and `npm test` uses it where it is. */
const kafkaPackages = ["default-jre-headless", "maven"];

const searchPath = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`.split(":");
/** Where Debian keeps the programs of PostgreSQL, in a folder a version. */
const postgresHome = "/usr/lib/postgresql";

/** Names of the programs that are missing now. */
export function missingTestServers() {
  return [...missingPrograms(), ...(hasKafka("--offline") ? [] : ["kafka"])];
}

function missingPrograms() {
  return Object.keys(servers).filter((program) => !isUsable(program));
}

function isUsable(program) {
  return program === "loop-mount" ? canLoopMount() : isInstalled(program);
}

/** Without `--offline`, Maven downloads what it lacks: some 45 MB. */
function hasKafka(...options) {
  if (!isInstalled("java") || !isInstalled("mvn")) return false;
  const pom = fileURLToPath(new URL("../test/support/kafka/pom.xml", import.meta.url));
  const args = ["-q", "-B", ...options, "-f", pom, "dependency:build-classpath", "-Dmdep.outputFile=/dev/null"];
  return spawnSync("mvn", args, { stdio: "ignore" }).status === 0;
}

function isInstalled(program) {
  const versions = existsSync(postgresHome) ? readdirSync(postgresHome) : [];
  const folders = [...searchPath, ...versions.map((version) => `${postgresHome}/${version}/bin`)];
  return folders.some((folder) => existsSync(`${folder}/${program}`));
}

/** Tried, because containers forbid it in many ways. */
function canLoopMount() {
  const directory = mkdtempSync(join(tmpdir(), "tidegate-mount-"));
  const [image, root] = [join(directory, "image"), join(directory, "mnt")];
  const runs = (command, ...args) => spawnSync(command, args, { stdio: "ignore" }).status === 0;
  try {
    mkdirSync(root);
    writeFileSync(image, "");
    truncateSync(image, 1024 * 1024);
    return runs("mkfs.ext4", "-q", "-F", image) && runs("mount", "-o", "loop", image, root) && runs("umount", root);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function canInstall() {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return process.getuid?.() === 0 && /^ID(_LIKE)?=.*debian/m.test(release);
}

/** Names of the programs that are still missing after an attempt to install them; Kafka is only looked for. */
export function ensureTestServers() {
  install(missingPrograms().flatMap((program) => servers[program]));
  return missingTestServers();
}

/** True if Kafka is there now. */
export function ensureKafka() {
  if (hasKafka("--offline")) return true;
  install([...kafkaPackages, ...servers.kcat]);
  return hasKafka();
}

function install(wanted) {
  const packages = [...new Set(wanted)];
  if (packages.length === 0 || !canInstall()) return;
  console.log(`installing for the tests: ${packages.join(" ")} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  spawnSync("apt-get", ["update"], { env, stdio: "ignore" });
  spawnSync("apt-get", ["install", "-y", "--no-install-recommends", ...packages], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
}
