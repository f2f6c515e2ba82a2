// Reads a config file. The result is either a valid configuration or every fault of the file at once.

import { readFileSync } from "node:fs";
import { type Document, isMap, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { messageOf, systemCodeOf, TidegateError } from "../platform/errors.ts";
import { type CollectorConfig, collectorConfigSchema } from "./collector-schema.ts";
import { describeFault, type Fault, faultsOf } from "./faults.ts";
import { jsonSchemaOf } from "./reference.ts";
import { type GatewayConfig, gatewayConfigSchema } from "./schema.ts";

/** Largest config file that is read. */
const fileBytesMax = 1024 * 1024;

/** What is wrong with a config that its schema takes; `path` leads to a field. */
export interface CheckFault {
  readonly path: readonly (string | number)[];
  readonly problem: string;
  readonly remedy: string;
}

/** Looks into a config that is right by its schema, for what only another room can tell. */
export type ConfigCheck<Config> = (config: Config) => readonly CheckFault[];

/**
 * Reads and validates a gateway's YAML config file.
 *
 * @param checks further ones, made when everything else is right.
 * @throws CONFIG_INVALID: the file cannot be read, is no YAML, or has faults; the message lists them all. What concerns
 * several fields of a section together is checked when each of them is right.
 */
export function loadGatewayConfig(path: string, checks: readonly ConfigCheck<GatewayConfig>[] = []): GatewayConfig {
  return parseConfig(readConfigFile(path), path, checked(gatewayConfigSchema, checks));
}

function checked<Schema extends z.ZodType>(schema: Schema, checks: readonly ConfigCheck<z.output<Schema>>[]) {
  return schema.superRefine((config, context) => {
    if (context.issues.length > 0) return;
    for (const { path, problem, remedy } of checks.flatMap((check) => check(config)))
      context.addIssue({ code: "custom", path: [...path], message: problem, params: { remedy } });
  });
}

/** As {@link loadGatewayConfig}, for a collector. */
export function loadCollectorConfig(path: string, checks: readonly ConfigCheck<CollectorConfig>[] = []): CollectorConfig {
  return parseConfig(readConfigFile(path), path, checked(collectorConfigSchema, checks));
}

/** As {@link loadGatewayConfig}, for a text that is in memory; `path` stands in the messages. */
export function parseConfig<Schema extends z.ZodType>(text: string, path: string, schema: Schema): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  if (document.errors.length > 0) {
    const reports = document.errors.map((error) => `${path}: is not YAML: ${error.message.trimEnd()}`);
    throw invalid(path, reports);
  }
  const raw = plainOf(document, path);
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const lineOf = (fault: Fault) => lines.linePos(offsetOf(document.contents, fault.path.split("."))).line;
  const faults = faultsOf(parsed.error.issues, raw, jsonSchemaOf(schema)).sort((a, b) => lineOf(a) - lineOf(b));
  const reports = faults.map((fault) => `${path}:${lineOf(fault)}: ${describeFault(fault, "the file")}`);
  throw invalid(path, reports, faults);
}

/** @throws CONFIG_INVALID if aliases multiply to more than any config holds. */
function plainOf(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    throw invalid(path, [`${path}: cannot be expanded: ${messageOf(error)}; use fewer aliases`]);
  }
}

function readConfigFile(path: string): string {
  try {
    const text = readFileSync(path, "utf8");
    if (text.length <= fileBytesMax) return text;
  } catch (error) {
    const remedy = systemCodeOf(error) === "EACCES" ? "let this user read it" : "name a YAML file that exists";
    throw invalid(path, [`${path}: cannot be read: ${messageOf(error)}; ${remedy}`]);
  }
  throw invalid(path, [`${path}: is larger than ${fileBytesMax} bytes; a config file is a few kilobytes`]);
}

function invalid(path: string, reports: readonly string[], faults: readonly Fault[] = []): TidegateError {
  const count = reports.length === 1 ? "1 fault" : `${reports.length} faults`;
  return new TidegateError("CONFIG_INVALID", `${path} has ${count}\n${reports.join("\n")}`, { details: { faults } });
}

/** Where in the text a field stands: the innermost node of its path that exists. */
function offsetOf(contents: unknown, path: readonly string[]): number {
  let node = contents;
  let offset = 0;
  for (const key of path) {
    const items = (node as { items?: unknown[] } | null)?.items;
    if (items === undefined) return offset;
    if (isMap(node)) {
      const pair = node.items.find((item) => String(item.key) === key);
      offset = (pair?.key as { range?: number[] } | undefined)?.range?.[0] ?? offset;
      node = pair?.value;
    } else {
      node = items[Number(key)];
      offset = (node as { range?: number[] } | undefined)?.range?.[0] ?? offset;
    }
  }
  return offset;
}
