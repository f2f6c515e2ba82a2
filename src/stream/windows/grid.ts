// Arithmetic of windows that lie on a grid.

/** Up to here a rounded quotient of integers is below the next integer, if the exact one is: it is 1 / unit away, and rounding moves it by half of that. */
const exactQuotientMax = 2 ** 52;

/** The greatest multiple of `unitUs` that is not greater. Hot path: a remainder of doubles costs five times a quotient. */
export function floorTo(timeUs: number, unitUs: number): number {
  if (timeUs <= exactQuotientMax && timeUs >= -exactQuotientMax) return Math.floor(timeUs / unitUs) * unitUs;
  const remainderUs = timeUs % unitUs;
  return timeUs - (remainderUs < 0 ? remainderUs + unitUs : remainderUs);
}

/** The least multiple of `unitUs` that is not less. */
export function ceilTo(timeUs: number, unitUs: number): number {
  return -floorTo(-timeUs, unitUs) + 0;
}

/** Windows [k * hop, k * hop + size), cut into slices of equal length, so that no window's end lies inside of a slice. */
export class Grid {
  readonly sizeUs: number;
  readonly hopUs: number;
  readonly sliceUs: number;

  /** Integers, 0 < hop <= size. */
  constructor(sizeUs: number, hopUs: number) {
    this.sizeUs = sizeUs;
    this.hopUs = hopUs;
    this.sliceUs = greatestCommonDivisor(sizeUs, hopUs);
  }

  /** Start of the slice that holds the event time. */
  sliceStartUs(timeUs: number): number {
    return floorTo(timeUs, this.sliceUs);
  }

  /** End of the first window that holds the slice. */
  firstEndUs(sliceStartUs: number): number {
    return ceilTo(sliceStartUs + this.sliceUs - this.sizeUs, this.hopUs) + this.sizeUs;
  }

  /** End of the last window that holds the slice. */
  lastEndUs(sliceStartUs: number): number {
    return floorTo(sliceStartUs, this.hopUs) + this.sizeUs;
  }

  /** Start of the first window that ends later. */
  startEndingAfter(timeUs: number): number {
    return timeUs === Number.NEGATIVE_INFINITY ? timeUs : floorTo(timeUs - this.sizeUs, this.hopUs) + this.hopUs;
  }
}

export function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}

/** Position of the first of ascending numbers that is not less, from `from` on. */
export function lowerBound(ascending: readonly number[], least: number, from = 0): number {
  let low = from;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
