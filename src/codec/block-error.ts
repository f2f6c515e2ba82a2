import { TidegateError } from "../platform/errors.ts";

export function corrupt(what: string, cause?: unknown): TidegateError {
  return new TidegateError("BLOCK_CORRUPT", `decode block: ${what}; the data was damaged at rest or on the way`, { cause });
}
