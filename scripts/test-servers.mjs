// The servers and tools that tests want, from Debian packages. Installs what is missing where that is possible (Debian, root).

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** Program → the Debian packages it comes from. */
const servers = { mosquitto: ["mosquitto"], mosquitto_pub: ["mosquitto-clients"], cc: ["gcc", "libc6-dev"] };

const searchPath = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`.split(":");

function missing() {
  return Object.keys(servers).filter((program) => !searchPath.some((folder) => existsSync(`${folder}/${program}`)));
}

function canInstall() {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return process.getuid?.() === 0 && /^ID(_LIKE)?=.*debian/m.test(release);
}

/** Names of the programs that are still missing after an attempt to install them. */
export function ensureTestServers() {
  const wanted = missing();
  if (wanted.length === 0 || !canInstall()) return wanted;
  const packages = [...new Set(wanted.flatMap((program) => servers[program]))];
  console.log(`installing for the tests: ${packages.join(" ")} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  spawnSync("apt-get", ["update"], { env, stdio: "ignore" });
  spawnSync("apt-get", ["install", "-y", "--no-install-recommends", ...packages], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return missing();
}
