// Records as lines of text, without line ends: what an export writes, and what sinks send that take text. Every number is exact: it
// reads back as the same double.

import type { Lane } from "../model/lane.ts";
import { flatResult } from "../model/result.ts";
import type { RecordOf } from "./block-records.ts";

/** A record and where it stands. */
export interface PlacedRecord<L extends Lane> {
  readonly gatewayId: string;
  readonly offset: number;
  /** When the gateway appended the record: microseconds since the Unix epoch. */
  readonly ingestTimeUs: number;
  readonly record: RecordOf[L];
}

/** Null: there is none. */
type Field = readonly [name: string, value: number | string | boolean | null];

/** Those in `optionalFields` are left out of an NDJSON reading where they are empty; all other fields are always there. */
function fieldsOf<L extends Lane>(lane: L, placed: PlacedRecord<L>): Field[] {
  const { gatewayId, offset } = placed;
  return [["gateway", gatewayId], ["offset", offset], ...recordFields[lane](placed)];
}

const recordFields: { readonly [L in Lane]: (placed: PlacedRecord<L>) => Field[] } = {
  readings({ record, ingestTimeUs }) {
    return [
      ["device", record.device],
      ["metric", record.metric],
      ["eventTimeUs", record.eventTimeUs],
      ["ingestTimeUs", ingestTimeUs],
      ["value", record.value],
      ["unit", record.unit],
      ["quality", record.quality],
      ["rawEventTimeUs", record.correctionUs === 0 ? "" : record.eventTimeUs - record.correctionUs],
      ["tags", record.tags],
    ];
  },
  results: ({ record }) => Object.entries(flatResult(record)),
  alerts: ({ record }) => namedFields(record, alertFields),
};

const readingFields = [
  "device",
  "metric",
  "eventTimeUs",
  "ingestTimeUs",
  "value",
  "unit",
  "quality",
  "rawEventTimeUs",
  "tags",
] as const;
const optionalFields: ReadonlySet<string> = new Set(["unit", "rawEventTimeUs", "tags"]);
const resultFields = [
  "window",
  "device",
  "metric",
  "unit",
  "startUs",
  "endUs",
  "revision",
  "causeOffset",
  "count",
  "sum",
  "mean",
  "min",
  "max",
  "stddev",
  "tag",
] as const;
/** Last column of a result in CSV: what has no column of its own, as JSON. */
const otherAggregates = "aggregates";
const alertFields = [
  "rule",
  "device",
  "metric",
  "state",
  "eventTimeUs",
  "value",
  "causeOffset",
  "severity",
  "detail",
  "tag",
] as const satisfies readonly (keyof RecordOf["alerts"])[];

const columnsOf = {
  readings: readingFields,
  results: [...resultFields, otherAggregates],
  alerts: alertFields,
} as const;

function namedFields<K extends string>(record: { readonly [Name in K]: Field[1] }, names: readonly K[]): Field[] {
  return names.map((name) => [name, record[name]]);
}

/** One JSON object. -0 is written as -0, and a number that is not finite (an overflowed sum) as null, for JSON has none. */
export function ndjsonLine<L extends Lane>(lane: L, placed: PlacedRecord<L>): string {
  const fields = fieldsOf(lane, placed);
  const members = lane === "readings" ? fields.flatMap(readingMember) : fields.map(member);
  return `{${members.join(",")}}`;
}

function member([name, value]: Field): string {
  return `${JSON.stringify(name)}:${jsonValue(value)}`;
}

function readingMember(field: Field): string[] {
  const [name, value] = field;
  if (value === "" && optionalFields.has(name)) return [];
  return [name === "tags" ? `"tags":${tagsObject(String(value))}` : member(field)];
}

/** `{"line":"3","site":"north"}` of line=3,site=north. */
function tagsObject(tags: string): string {
  const members = tags.split(",").map((tag) => {
    const [name = "", value = ""] = tag.split("=");
    return member([name, value]);
  });
  return `{${members.join(",")}}`;
}

/** First line of a CSV file. */
export function csvHeader(lane: Lane): string {
  return ["gateway", "offset", ...columnsOf[lane]].join(",");
}

/** One record as of RFC 4180. What there is none of is empty. Texts in `value` are always quoted, so that the text "1" differs from the number 1. */
export function csvLine<L extends Lane>(lane: L, placed: PlacedRecord<L>): string {
  return csvFieldsOf(lane, placed)
    .map(([name, value]) => (name === "value" && typeof value === "string" ? quoted(value) : csvValue(value)))
    .join(",");
}

/** As `fieldsOf`; of a result one field for every column, empty where the window has none. */
function csvFieldsOf<L extends Lane>(lane: L, placed: PlacedRecord<L>): Field[] {
  const fields = fieldsOf(lane, placed);
  if (lane !== "results") return fields;
  const byName = new Map(fields);
  const columns = ["gateway", "offset", ...resultFields].map((name): Field => [name, byName.get(name) ?? ""]);
  const others = fields.filter(([name]) => !columns.some(([column]) => column === name));
  return [...columns, [otherAggregates, others.length === 0 ? "" : `{${others.map(member).join(",")}}`]];
}

function jsonValue(value: Field[1]): string {
  return Object.is(value, -0) ? "-0" : JSON.stringify(value);
}

export function csvValue(value: Field[1]): string {
  if (value === null) return "";
  if (Object.is(value, -0)) return "-0";
  const text = String(value);
  return /[",\r\n]/.test(text) ? quoted(text) : text;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
