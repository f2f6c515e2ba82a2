// A fault of a config file, or of a request: where it is, what stands there, what is allowed, and what to do about it.

import { inspect } from "node:util";
import type { z } from "zod";
import { type JsonSchema, memberOf, schemaAt } from "./reference.ts";

export interface Fault {
  /** Dotted path of the field, such as `ingest.routes.0.topic`; "" for the whole file. */
  readonly path: string;
  readonly problem: string;
  /** What stands there, as JSON; undefined if nothing does. */
  readonly value: unknown;
  readonly allowed: string;
  readonly remedy: string;
}

type Path = readonly PropertyKey[];

export function faultsOf(issues: readonly z.core.$ZodIssue[], raw: unknown, schema: JsonSchema): Fault[] {
  return issues.flatMap((issue) => faultsOfIssue(issue, raw, schema));
}

function faultsOfIssue(issue: z.core.$ZodIssue, raw: unknown, schema: JsonSchema): Fault[] {
  const at = schemaAt(schema, issue.path, raw);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey([...issue.path, key], raw, at));
  const value = valueAt(raw, issue.path);
  const missing = value === undefined;
  const allowed = allowedBy(at);
  return [
    {
      path: issue.path.join("."),
      problem: missing ? "is missing" : problemOf(issue, value),
      value: at?.secret === true && !missing ? "not shown" : value,
      allowed,
      remedy: remedyParam(issue) ?? (missing ? "add it" : "replace it by what is allowed"),
    },
  ];
}

function problemOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === "custom") return issue.message;
  if (issue.code === "invalid_type") return `is ${kindOf(value)}, not ${issue.expected}`;
  if (issue.code === "too_big") return "is too large";
  if (issue.code === "too_small") return "is too small";
  if (issue.code === "invalid_union" && issue.discriminator !== undefined) return `is not a known ${issue.discriminator}`;
  return "is not allowed";
}

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  return Array.isArray(value) ? "a list" : `of type ${typeof value}`;
}

function remedyParam(issue: z.core.$ZodIssue): string | undefined {
  const remedy = issue.code === "custom" ? issue.params?.remedy : undefined;
  return typeof remedy === "string" ? remedy : undefined;
}

function unknownKey(path: Path, raw: unknown, at: JsonSchema | undefined): Fault {
  const known = Object.keys(at?.properties ?? {});
  const near = nearest(String(path.at(-1)), known);
  return {
    path: path.join("."),
    problem: "is not a known key",
    // It is most likely what belongs there: a password, under a key that is misspelt.
    value: near !== undefined && at?.properties?.[near]?.secret === true ? "not shown" : valueAt(raw, path),
    allowed: `one of ${known.join(", ")}`,
    remedy: near === undefined ? "remove it" : `write ${near}, or remove it`,
  };
}

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce(memberOf, raw);
}

function allowedBy(schema: JsonSchema | undefined): string {
  if (schema === undefined) return "something else";
  if (schema.allowed !== undefined) return schema.allowed;
  if (schema.enum !== undefined) return `one of ${schema.enum.join(", ")}`;
  if (schema.type === "integer") return `an integer from ${schema.minimum} to ${schema.maximum}`;
  if (schema.type === "string") return "a text that is not empty";
  if (schema.type === "array") return "a list, each item beginning with a dash";
  return `a section with the keys ${Object.keys(schema.properties ?? {}).join(", ")}`;
}

/** In lines: what is wrong where, the value, what is allowed, the remedy. @param whole what a path to nothing leads to. */
export function describeFault(fault: Fault, whole: string): string {
  const value = fault.value === undefined ? "absent" : shorten(textOf(fault.value));
  const subject = fault.path === "" ? whole : fault.path;
  return `${subject} ${fault.problem}\n    value    ${value}\n    allowed  ${fault.allowed}\n    remedy   ${fault.remedy}`;
}

/** As JSON; an alias may make a value that contains itself, which JSON cannot say. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
  }
}

function shorten(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 97)}...`;
}

/** The known key that is at most two edits away, if there is one. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const ranked = known.map((name) => ({ name, edits: editsBetween(key.toLowerCase(), name.toLowerCase()) }));
  ranked.sort((a, b) => a.edits - b.edits);
  return ranked[0] !== undefined && ranked[0].edits <= 2 ? ranked[0].name : undefined;
}

/** Levenshtein distance, row by row. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
