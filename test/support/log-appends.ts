import { decodeReadingBlock, readingsOf } from "../../src/codec/block-codec.ts";
import type { Log, LogWrite, StoredBlock } from "../../src/log/log.ts";
import type { Reading } from "../../src/model/reading.ts";

/** Resolves when the append is done: null, or the code of its error. */
export function append(log: Log, write: LogWrite): Promise<string | null> {
  return new Promise((resolve) => log.append(write, (error) => resolve(error?.code ?? null)));
}

export function reading(value: number): Reading {
  return {
    device: "press",
    metric: "temperature",
    unit: "Cel",
    tags: "",
    eventTimeUs: value * 1000,
    value,
    quality: 0,
    correctionUs: 0,
  };
}

/** A write of readings that are numbered by their values. */
export function readingsOfValues(...values: number[]): LogWrite {
  return { readings: values.map(reading) };
}

/** Values of the readings in the blocks, in offset order. */
export function valuesIn(blocks: readonly StoredBlock[]): unknown[] {
  return blocks.flatMap((block) => readingsOf(decodeReadingBlock(block.bytes)).map(({ value }) => value));
}

/** Values of all readings that the log holds, in offset order. */
export async function storedValues(log: Log): Promise<unknown[]> {
  return valuesIn(await log.read("readings", 0, Number.MAX_SAFE_INTEGER));
}
