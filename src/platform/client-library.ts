// The client libraries of sinks and stores. They are optional dependencies, so that who has no such sink or store needs none of them,
// and are loaded when one is made.

import { messageOf, systemCodeOf, TidegateError } from "./errors.ts";

/** Package → the version that the tests ran with; package.json says the same. */
export const clientLibraries = {
  "@nats-io/jetstream": "3.3.1",
  "@nats-io/transport-node": "3.3.1",
  "@platformatic/kafka": "1.22.0",
  amqplib: "2.3.1",
  pg: "8.23.1",
} as const;

export type ClientLibrary = keyof typeof clientLibraries;

/**
 * @param load imports the package: `() => import("pg")`.
 * @throws LIBRARY_MISSING: it is not installed, or cannot be loaded here.
 */
export async function loadLibrary<Module>(name: ClientLibrary, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    const command = `npm install ${name}@${clientLibraries[name]}`;
    const why = systemCodeOf(cause) === "ERR_MODULE_NOT_FOUND" ? "is not installed" : `cannot be loaded: ${messageOf(cause)}`;
    throw new TidegateError("LIBRARY_MISSING", `the package ${name} ${why}; run ${command}`, { details: { name }, cause });
  }
}
