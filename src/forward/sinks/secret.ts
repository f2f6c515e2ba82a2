import { readFile } from "node:fs/promises";
import { messageOf, TidegateError } from "../../platform/errors.ts";
import type { Environment } from "./sink-context.ts";

/** Where a secret stands; at most one of them is given. */
export interface SecretPlace {
  readonly text: string | undefined;
  readonly file: string | undefined;
  /** Name of an environment variable. */
  readonly variable: string | undefined;
}

/**
 * To be called at each connect, so that a renewed file is taken at the next one. Undefined: there is none.
 *
 * @throws SINK_REFUSED: the place is empty. The message names it, and nothing of its content.
 */
export async function readSecret(place: SecretPlace, environment: Environment): Promise<string | undefined> {
  if (place.file !== undefined) return firstLineOf(place.file);
  if (place.variable === undefined) return place.text;
  const value = environment[place.variable];
  if (value === undefined || value === "") throw noSecret(`the environment variable ${place.variable} is not set`);
  return value;
}

async function firstLineOf(file: string): Promise<string> {
  const [line = ""] = (await readSecretFile(file)).split(/\r?\n/);
  if (line === "") throw noSecret(`the first line of ${file} is empty`);
  return line;
}

/** As a text. Errors: SINK_REFUSED. */
export async function readSecretFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw noSecret(`${file} cannot be read: ${messageOf(cause)}`, cause);
  }
}

function noSecret(what: string, cause?: unknown): TidegateError {
  return new TidegateError("SINK_REFUSED", `read credentials: ${what}; name a place that holds them`, { cause });
}
