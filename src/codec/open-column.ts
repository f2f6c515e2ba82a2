import type { Reading, Value } from "../model/reading.ts";
import { wellFormed } from "./block-envelope.ts";

/** A column while it grows, in the shape of the protobuf message; the unused value columns stay null. */
export interface OpenColumn {
  readonly device: string;
  readonly metric: string;
  readonly unit: string;
  readonly eventTimeUsDeltas: number[];
  readonly numbers: number[] | null;
  readonly texts: string[] | null;
  readonly booleans: boolean[] | null;
  /** Null while all are 0. */
  qualities: number[] | null;
}

export function newColumn(reading: Reading): OpenColumn {
  const kind = typeof reading.value;
  return {
    device: wellFormed(reading.device),
    metric: wellFormed(reading.metric),
    unit: wellFormed(reading.unit),
    eventTimeUsDeltas: [],
    numbers: kind === "number" ? [] : null,
    texts: kind === "string" ? [] : null,
    booleans: kind === "boolean" ? [] : null,
    qualities: null,
  };
}

export function fits(column: OpenColumn, value: Value): boolean {
  if (typeof value === "number") return column.numbers !== null;
  return typeof value === "string" ? column.texts !== null : column.booleans !== null;
}

export function addQuality(column: OpenColumn, quality: number): void {
  column.qualities ??= new Array<number>(column.eventTimeUsDeltas.length - 1).fill(0);
  column.qualities.push(quality);
}
