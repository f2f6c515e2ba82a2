// Secrets that stand in files or in the environment.

import { readFile } from "node:fs/promises";
import { messageOf, TidegateError } from "./errors.ts";

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a secret stands; at most one of them is given. */
export interface SecretPlace {
  readonly text: string | undefined;
  readonly file: string | undefined;
  /** Name of an environment variable. */
  readonly variable: string | undefined;
}

/** What to call it if a secret is not where it should be: the sink, or the store, that it is for cannot be used. */
export type SecretFault = "SINK_REFUSED" | "STORE_UNUSABLE";

/**
 * To be called at each connect, so that a renewed file is taken at the next one. Undefined: there is none.
 *
 * @throws `fault`: the place is empty. The message names it, and nothing of its content.
 */
export async function readSecret(
  place: SecretPlace,
  environment: Environment,
  fault: SecretFault,
): Promise<string | undefined> {
  if (place.file !== undefined) return firstLineOf(place.file, fault);
  if (place.variable === undefined) return place.text;
  const value = environment[place.variable];
  if (value === undefined || value === "") throw noSecret(fault, `the environment variable ${place.variable} is not set`);
  return value;
}

async function firstLineOf(file: string, fault: SecretFault): Promise<string> {
  const [line = ""] = (await readSecretFile(file, fault)).split(/\r?\n/);
  if (line === "") throw noSecret(fault, `the first line of ${file} is empty`);
  return line;
}

/** As a text. Errors: `fault`. */
export async function readSecretFile(file: string, fault: SecretFault): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw noSecret(fault, `${file} cannot be read: ${messageOf(cause)}`, cause);
  }
}

function noSecret(fault: SecretFault, what: string, cause?: unknown): TidegateError {
  return new TidegateError(fault, `read credentials: ${what}; name a place that holds them`, { cause });
}
