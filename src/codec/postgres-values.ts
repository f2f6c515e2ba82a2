// Values as the texts that PostgreSQL reads. Columns go there as arrays, one parameter a column, which it takes apart with unnest.

import type { IntervalSet } from "../model/interval-set.ts";

/** U+2400, the picture of NUL, for the one character that no text of PostgreSQL can hold. */
const nulPicture = "\u2400";

/** Exact: reads back as the same double, -0 included. */
export function numberArray(values: readonly (number | null)[]): string {
  return `{${values.map((value) => (Object.is(value, -0) ? "-0" : (value ?? "NULL"))).join(",")}}`;
}

export function booleanArray(values: readonly (boolean | null)[]): string {
  return `{${values.map((value) => value ?? "NULL").join(",")}}`;
}

export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? "NULL" : quoted(value))).join(",")}}`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&").replaceAll("\0", nulPicture)}"`;
}

/** A JSON value for jsonb. What is not finite becomes null, for JSON has no such number. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, held) => (typeof held === "string" ? held.replaceAll("\0", nulPicture) : held));
}

export function multirange(set: IntervalSet): string {
  return `{${set.map(({ start, end }) => `[${start},${end})`).join(",")}}`;
}

/** Of an int8multirange as PostgreSQL writes it: always closed at the start and open at the end. */
export function fromMultirange(text: string): IntervalSet {
  return [...text.matchAll(/\[(\d+),(\d+)\)/g)].map(([, start, end]) => ({ start: Number(start), end: Number(end) }));
}
