/** By code. The largest that divides all times of a column is used; a code more than these stands in block.proto. */
export const timeUnitsUs = [1, 1e3, 1e6] as const;

/** Code of the largest unit that divides all of the times from <= i < to. Not `%`: for doubles that is a call, not an instruction. */
export function timeUnitOf(timesUs: ArrayLike<number>, from: number, to: number): number {
  for (let unit = 2; unit > 0; unit--) if (areMultiples(timesUs, from, to, unit === 2 ? 1e6 : 1e3)) return unit;
  return 0;
}

function areMultiples(timesUs: ArrayLike<number>, from: number, to: number, unitUs: number): boolean {
  for (let i = from; i < to; i++) {
    const timeUs = timesUs[i] as number;
    if (Math.floor(timeUs / unitUs) * unitUs !== timeUs) return false;
  }
  return true;
}
