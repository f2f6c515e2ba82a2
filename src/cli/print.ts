import { once } from "node:events";

/** Prints a line, and waits while standard output takes no more. */
export async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
}
