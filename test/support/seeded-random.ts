import { onTestFailed } from "vitest";

/** mulberry32 (T. Ettinger, public domain): a small generator with a full 2^32 period, numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The seed of this run: TIDEGATE_SEED if set, else a new one. Printed when the test fails, so that the run can be repeated. */
export function testSeed(): number {
  const given = process.env.TIDEGATE_SEED;
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  onTestFailed(() => console.error(`repeat this run with TIDEGATE_SEED=${seed}`));
  return seed;
}
