/** Places for what windows hold open (slices, sessions or points) over all groups of an operator. */
export class OpenPool {
  readonly max: number;
  readonly perGroupMax: number;
  /** Under which readings are counted that find no place. */
  readonly reason: string;
  /** Without what the end of the block at hand will free. */
  open = 0;
  /** Makes every group look again what the end of the block will free; set by the operator. */
  relieve: () => void = () => undefined;

  constructor(limits: { readonly max: number; readonly perGroupMax: number; readonly reason: string }) {
    this.max = limits.max;
    this.perGroupMax = limits.perGroupMax;
    this.reason = limits.reason;
  }
}

/**
 * The places of one group. What it holds lies in the order of expiry, and becomes free when the watermark reaches that. While a block
 * is applied, the first of them may be ending: the end of the block will free them, as far as event times were seen. They
 * take readings like all others, but have no place in the pool any more.
 */
export class OpenPlaces {
  readonly #pool: OpenPool;
  #held = 0;
  #ending = 0;

  constructor(pool: OpenPool) {
    this.#pool = pool;
  }

  /** @param expiresAt of the one that is held at a position. */
  relieve(nextWatermarkUs: number, expiresAt: (position: number) => number): void {
    const before = this.#ending;
    while (this.#ending < this.#held && expiresAt(this.#ending) <= nextWatermarkUs) this.#ending++;
    this.#pool.open -= this.#ending - before;
  }

  /** Whether there is a place; if it seems not, after another look at what is ending. */
  hasPlace(relieve: () => void): boolean {
    if (this.#isFree()) return true;
    relieve();
    if (this.#isFree()) return true;
    if (this.#held - this.#ending >= this.#pool.perGroupMax) return false;
    this.#pool.relieve();
    return this.#isFree();
  }

  /** @param isEnding also all that lie before it are then. */
  take(position: number, isEnding: boolean): void {
    this.#held++;
    if (isEnding) this.#endingUpTo(position + 1);
    else this.#pool.open++;
  }

  give(position: number): void {
    this.#held--;
    if (position < this.#ending) this.#ending--;
    else this.#pool.open--;
  }

  /** The first ones are free. Ends a block: nothing is ending any more. */
  giveFirst(count: number): void {
    this.#pool.open += this.#ending - count;
    this.#held -= count;
    this.#ending = 0;
  }

  #isFree(): boolean {
    return this.#held - this.#ending < this.#pool.perGroupMax && this.#pool.open < this.#pool.max;
  }

  #endingUpTo(count: number): void {
    // The new one is in `held` and not in the pool.
    this.#pool.open -= Math.max(0, count - 1 - this.#ending);
    this.#ending = Math.max(this.#ending + 1, count);
  }
}
