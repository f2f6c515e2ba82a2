// Numbers as scaled integers, where that is exact: a double v is held as x with x / 10^d === v. The test is that round trip itself;
// nothing is ever rounded. It succeeds for what a sensor sends as "20.53": division is correctly rounded (IEEE 754) and 10^d is
// exact, so x / 10^d is the double nearest to the decimal number, and so is what the text was parsed to.
//
// Up to 2^51, different x at the same d are different doubles: they lie further apart than two neighbours. So the fewest decimals
// are the same whatever is tried first, and the guess only saves time.

const powersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9] as const;
const decimalsMax = powersOfTen.length - 1;
const scaledMax = 2 ** 51;
/** What a column has instead of decimals if none represents all its values exactly. */
export const noDecimals = 10;

export interface ScaleInput {
  readonly values: Float64Array;
  /** The values from <= i < to are scaled. */
  readonly from: number;
  readonly to: number;
  /** Decimals that are tried first, or {@link noDecimals}. */
  readonly guess: number;
}

/**
 * The fewest decimals that represent all the values, which then stand in `scaled`, from index 0 on. Where none do:
 * {@link noDecimals}, and `scaled` is of no use.
 */
export function scaleDecimals(input: ScaleInput, scaled: Float64Array): number {
  const { values, to, guess } = input;
  let decimals = guess === noDecimals ? 0 : guess;
  let lowest = decimals;
  for (;;) {
    const failed = scaleUntil(input, decimals, scaled);
    if (failed === to) return fewestDecimals(scaled, to - input.from, decimals);
    decimals = moreDecimals(values[failed] as number, decimals);
    if (decimals !== noDecimals) continue;
    // The guess can be too high: what has few decimals may be too large for many.
    if (lowest === 0) return noDecimals;
    lowest = 0;
    decimals = 0;
  }
}

export function powerOfTen(decimals: number): number {
  return powersOfTen[decimals] as number;
}

/** Index of the first value that the decimals do not represent. */
function scaleUntil({ values, from, to }: ScaleInput, decimals: number, scaled: Float64Array): number {
  const power = powerOfTen(decimals);
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    const x = Math.round(value * power);
    if (!isExact(value, x, power)) return i;
    scaled[i - from] = x;
  }
  return to;
}

function isExact(value: number, x: number, power: number): boolean {
  if (x === 0) return Object.is(value, 0);
  return x / power === value && x <= scaledMax && x >= -scaledMax;
}

function moreDecimals(value: number, decimals: number): number {
  for (let more = decimals + 1; more <= decimalsMax; more++) {
    const power = powerOfTen(more);
    if (isExact(value, Math.round(value * power), power)) return more;
  }
  return noDecimals;
}

function fewestDecimals(scaled: Float64Array, count: number, decimals: number): number {
  let fewest = decimals;
  while (fewest > 0 && divideByTen(scaled, count)) fewest--;
  return fewest;
}

/** Divides all by ten if all are multiples of it. */
function divideByTen(scaled: Float64Array, count: number): boolean {
  for (let i = 0; i < count; i++) {
    const x = scaled[i] as number;
    if (Math.round(x / 10) * 10 !== x) return false;
  }
  for (let i = 0; i < count; i++) scaled[i] = (scaled[i] as number) / 10;
  return true;
}
