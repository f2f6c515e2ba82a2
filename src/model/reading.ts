/** What a sensor measured: a number, or a state as boolean or text. Numbers are finite; NaN and infinities are rejected at the border. */
export type Value = number | boolean | string;

/**
 * Bits of {@link Reading.quality}.
 *
 * - `stamped`: the event time is the ingest time, because the device sent none, or one that was not believed.
 * - `corrected`: the event time is what the device sent, moved by the offset of its clock.
 */
export const quality = { good: 0, stamped: 1, corrected: 2 } as const;

/** One value of one series at one event time. */
export interface Reading {
  readonly device: string;
  readonly metric: string;
  /** Unit of measurement as the device names it; "" if unknown. */
  readonly unit: string;
  /** What the device's route says of it: `name=value,name=value`, ascending by name; "" if nothing. */
  readonly tags: string;
  /** When it was measured: integer microseconds since the Unix epoch. */
  readonly eventTimeUs: number;
  readonly value: Value;
  /** Bit set of {@link quality}. */
  readonly quality: number;
  /** Event time less the time that the device sent, in microseconds; 0 if that is the event time, or it sent none. */
  readonly correctionUs: number;
}

/** The time that the device sent; undefined if it sent none. */
export function rawTimeUsOf({ eventTimeUs, quality: flags, correctionUs }: Reading): number | undefined {
  return (flags & quality.stamped) !== 0 && correctionUs === 0 ? undefined : eventTimeUs - correctionUs;
}

/** Largest correction either way: 142 years. */
export const correctionUsMax = 2 ** 52;

/** Longest device or metric name, in UTF-16 units. */
export const nameLengthMax = 256;
/** Longest unit of measurement, in UTF-16 units. */
export const unitLengthMax = 64;
/** Longest value of a tag, in UTF-16 units. */
export const tagValueLengthMax = 128;
/** Longest text of all tags of a device, in UTF-16 units. */
export const tagsLengthMax = 512;
/** Longest text value, in UTF-16 units. */
export const textLengthMax = 4096;
