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
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  /** Sections that differ by their field `kind`. */
  readonly oneOf?: readonly JsonSchema[];
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

/** The schema of the field at a path of `raw`, what the file holds; undefined if the path leads to no field. */
export function schemaAt(schema: JsonSchema, path: readonly PropertyKey[], raw: unknown): JsonSchema | undefined {
  let at: JsonSchema | undefined = variantOf(schema, raw);
  let value = raw;
  for (const key of path) {
    value = memberOf(value, key);
    at = variantOf(typeof key === "number" ? at?.items : propertyOf(at, String(key)), value);
  }
  return at;
}

/** What stands in a file under a key. */
export function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

/** Of sections that differ by their `kind`, the one that the value is; one that has nothing but all kinds, if it is none. */
function variantOf(schema: JsonSchema | undefined, value: unknown): JsonSchema | undefined {
  if (schema?.oneOf === undefined) return schema;
  const kind = memberOf(value, "kind");
  const variant = schema.oneOf.find((each) => each.properties?.kind?.const === kind);
  return variant ?? { properties: { kind: { enum: schema.oneOf.map(kindOf) } } };
}

function kindOf(variant: JsonSchema): string {
  return String(variant.properties?.kind?.const);
}

function propertyOf(schema: JsonSchema | undefined, key: string): JsonSchema | undefined {
  const others = schema?.additionalProperties;
  return schema?.properties?.[key] ?? (typeof others === "object" ? others : undefined);
}

/**
 * One row a field, in the order of the schema; items of a list as `routes[].topic`. Of items that differ by their kind, first what all of
 * them have, then what one of them has, as `sinks[kind: http].url`. So of a section.
 */
export function fieldRows(schema: JsonSchema, prefix = ""): FieldRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const path = `${prefix}${key}`;
    if (field.properties !== undefined) return fieldRows(field, `${path}.`);
    if (field.oneOf !== undefined) return variantRows(field.oneOf, path, kindIn(field.default));
    const required = schema.required?.includes(key) === true;
    const row = { path, default: defaultOf(field, required), unit: field.unit ?? "", description: field.description ?? "" };
    return [row, ...itemRows(field.items, path)];
  });
}

function itemRows(items: JsonSchema | undefined, path: string): FieldRow[] {
  if (items?.oneOf !== undefined) return variantRows(items.oneOf, `${path}[]`, "required");
  return items?.properties === undefined ? [] : fieldRows(items, `${path}[].`);
}

function variantRows(variants: readonly JsonSchema[], path: string, defaultKind: string): FieldRow[] {
  const [first = {}, ...others] = variants;
  const isShared = (key: string) => others.every((other) => sameJson(first.properties?.[key], other.properties?.[key]));
  const shared = fieldRows(withFields(first, isShared), `${path}.`);
  const own = variants.flatMap((variant) =>
    fieldRows(
      withFields(variant, (key) => !isShared(key)),
      `${path.replace("[]", "")}[kind: ${kindOf(variant)}].`,
    ),
  );
  const description = variants.map((each) => `${kindOf(each)}: ${each.properties?.kind?.description}`).join(" ");
  return [{ path: `${path}.kind`, default: defaultKind, unit: "", description }, ...shared, ...own];
}

function kindIn(section: unknown): string {
  return String(memberOf(section, "kind") ?? "required");
}

function withFields(schema: JsonSchema, isWanted: (key: string) => boolean): JsonSchema {
  const wanted = Object.entries(schema.properties ?? {}).filter(([key]) => key !== "kind" && isWanted(key));
  return { ...schema, properties: Object.fromEntries(wanted) };
}

function sameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function defaultOf(field: JsonSchema, required: boolean): string {
  if (required) return "required";
  if (field.default === undefined) return "";
  if (Array.isArray(field.default)) return defaultList(field.default);
  if (sameJson(field.default, {})) return "none";
  return String(field.default);
}

function defaultList(items: readonly unknown[]): string {
  if (items.length === 0) return "none";
  return items.every((item) => typeof item === "string") ? `[${items.join(", ")}]` : "as in config/gateway.yaml";
}
