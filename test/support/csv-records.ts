import type { Lane } from "../../src/model/lane.ts";

type Fields = Record<string, unknown>;

const texts = new Set(["gateway", "device", "metric", "unit", "window", "rule", "state", "severity", "detail"]);
/** Not there in NDJSON where they are empty. */
const optional = new Set(["rawEventTimeUs", "count", "sum", "mean", "min", "max", "stddev"]);

/** The records of a CSV file with their values as NDJSON has them. */
export function csvRecords(lane: Lane, text: string): Fields[] {
  const [head = [], ...rows] = csvRows(text);
  return rows.map((row) => {
    if (row.length !== head.length) throw new Error(`a row of ${row.length} columns, not ${head.length}: ${row.join()}`);
    return Object.assign({}, ...row.map((cell, index) => fieldOf(lane, unquoted(head[index] ?? ""), cell)));
  });
}

function fieldOf(lane: Lane, name: string, cell: string): Fields {
  const text = unquoted(cell);
  if (name === "aggregates") return text === "" ? {} : (JSON.parse(text) as Fields);
  if (name === "tags") return text === "" ? {} : { tags: Object.fromEntries(text.split(",").map((tag) => tag.split("="))) };
  if (name === "tag") return lane === "results" && text === "" ? {} : { tag: text };
  if (name === "unit" && lane === "readings" && text === "") return {};
  if (texts.has(name)) return { [name]: text };
  if (optional.has(name) && text === "") return {};
  return { [name]: name === "value" ? valueIn(cell) : Number(text) };
}

/** Texts are quoted, always. */
function valueIn(cell: string): unknown {
  if (cell.startsWith('"')) return unquoted(cell);
  if (cell === "") return null;
  return cell === "true" || cell === "false" ? cell === "true" : Number(cell);
}

function unquoted(cell: string): string {
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

/** As RFC 4180; cells keep their quotes. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, cell = "", end] of text.matchAll(/((?:"(?:[^"]|"")*")|[^",\n]*)(,|\n)/g)) {
    rows.at(-1)?.push(cell);
    if (end === "\n") rows.push([]);
  }
  return rows.slice(0, -1);
}
