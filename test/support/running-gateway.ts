import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { gatewayConfigSchema } from "../../src/config/schema.ts";
import { type Gateway, startGateway } from "../../src/gateway.ts";
import { deadLetterFiles } from "../../src/ingest/dead-letters.ts";
import { createLogger } from "../../src/platform/logger.ts";
import type { Environment } from "../../src/platform/secret.ts";
import { tempDir } from "./temp-dir.ts";

export interface RunningGateway {
  readonly gateway: Gateway;
  readonly port: number;
  readonly http: string;
  /** Of its data: another gateway can go on with it when this one is closed. */
  readonly directory: string;
  /** Dead letters so far, oldest first; complete only after the gateway is closed. */
  deadLetters(): Promise<{ topic: string; reason: string; detail: string; payloadBytes: number }[]>;
}

/** A whole gateway in this process, on free ports; closed when the test ends. @param dataDirectory default: a temporary one. */
export async function runningGateway(
  yaml = "",
  dataDirectory?: string,
  environment: Environment = {},
): Promise<RunningGateway> {
  const directory = dataDirectory ?? (await tempDir());
  const fixed = `gateway: { id: test }
data: { directory: ${JSON.stringify(directory)} }
mqtt: { listen: "127.0.0.1:0" }
http: { listen: "127.0.0.1:0" }
`;
  const config = parseConfig(fixed + yaml, "test", gatewayConfigSchema);
  const gateway = await startGateway(config, createLogger("silent"), environment);
  onTestFinished(() => gateway.close());
  return {
    gateway,
    port: Number(gateway.addresses.mqtt.split(":").at(-1)),
    http: `http://${gateway.addresses.http}`,
    directory,
    async deadLetters() {
      const files = deadLetterFiles.toReversed().map((name) => readFile(join(directory, name), "utf8").catch(() => ""));
      const text = (await Promise.all(files)).join("");
      return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
    },
  };
}
