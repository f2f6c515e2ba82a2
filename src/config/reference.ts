// The config schema as JSON Schema (for editors) and as rows (for the tables in the documentation).

import { z } from "zod";

/** The part of JSON Schema that zod writes for our config, with our own keywords `unit`, `allowed` and `secret`. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly unit?: string;
  readonly allowed?: string;
  /** Not shown in faults. */
  readonly secret?: boolean;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

export interface FieldRow {
  readonly path: string;
  readonly default: string;
  readonly unit: string;
  readonly description: string;
}

/** JSON Schema of what a config file may hold. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
}

/** The schema of the field at a path; undefined if the path leads to no field. */
export function schemaAt(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema | undefined {
  let at: JsonSchema | undefined = schema;
  for (const key of path) at = typeof key === "number" ? at?.items : propertyOf(at, String(key));
  return at;
}

function propertyOf(schema: JsonSchema | undefined, key: string): JsonSchema | undefined {
  const others = schema?.additionalProperties;
  return schema?.properties?.[key] ?? (typeof others === "object" ? others : undefined);
}

/** One row a field, in the order of the schema; items of a list as `routes[].topic`. */
export function fieldRows(schema: JsonSchema, prefix = ""): FieldRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const path = `${prefix}${key}`;
    if (field.properties !== undefined) return fieldRows(field, `${path}.`);
    const required = schema.required?.includes(key) === true;
    const row = { path, default: defaultOf(field, required), unit: field.unit ?? "", description: field.description ?? "" };
    return field.items?.properties === undefined ? [row] : [row, ...fieldRows(field.items, `${path}[].`)];
  });
}

function defaultOf(field: JsonSchema, required: boolean): string {
  if (required) return "required";
  if (field.default === undefined) return "";
  if (Array.isArray(field.default)) return field.default.length === 0 ? "none" : "see below";
  return String(field.default);
}
