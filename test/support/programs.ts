import { onTestFinished } from "vitest";
import { ChildProgram, type ProgramName } from "./child-program.ts";
import { CollectorProcess as UnboundCollectorProcess } from "./collector-process.ts";
import { type GatewayProcessOptions, GatewayProcess as UnboundGatewayProcess } from "./gateway-process.ts";

/** A built program as a child process. Killed when the test ends. */
export class Program extends ChildProgram {
  constructor(name: ProgramName, args: readonly string[]) {
    super(name, args);
    onTestFinished(async () => {
      await this.kill("SIGKILL");
    });
  }
}

/** Runs a program to its end. */
export async function runToEnd(name: ProgramName, args: readonly string[]): Promise<Program> {
  const program = new Program(name, args);
  await program.exit();
  return program;
}

/** A gateway process that can be killed and started again, and is killed when the test ends. */
export class GatewayProcess extends UnboundGatewayProcess {
  /** @param yaml config sections besides gateway, data, mqtt, http and logger. */
  constructor(directory: string, yaml: string, more: Pick<GatewayProcessOptions, "dataDirectory" | "env"> = {}) {
    super({ directory, yaml, ...more });
    onTestFinished(async () => {
      await this.kill();
    });
  }
}

/** A collector process that can be killed and started again, and is killed when the test ends. */
export class CollectorProcess extends UnboundCollectorProcess {
  constructor(directory: string) {
    super(directory);
    onTestFinished(() => this.kill());
  }
}
