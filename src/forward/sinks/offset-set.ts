const pageOffsets = 1024;

/** Offsets as a bitmap, in pages: small where they are dense, and no worse than a page an offset where they are not. */
export class OffsetSet {
  readonly #pages = new Map<number, Uint32Array>();

  add(offset: number): void {
    const number = Math.floor(offset / pageOffsets);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new Uint32Array(pageOffsets / 32);
      this.#pages.set(number, page);
    }
    const bit = offset % pageOffsets;
    page[bit >>> 5] = (page[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }

  has(offset: number): boolean {
    const bit = offset % pageOffsets;
    const word = this.#pages.get(Math.floor(offset / pageOffsets))?.[bit >>> 5] ?? 0;
    return (word & (1 << (bit & 31))) !== 0;
  }
}

/** The offsets of at least the newest `bytesMax` of records, and of at most twice as much. */
export class RecentOffsets {
  readonly #bytesMax: number;
  #older = new OffsetSet();
  #newer = new OffsetSet();
  #newerBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  has(offset: number): boolean {
    return this.#newer.has(offset) || this.#older.has(offset);
  }

  /** @param bytes of all these records. */
  add(offsets: Iterable<number>, bytes: number): void {
    if (this.#newerBytes >= this.#bytesMax) {
      this.#older = this.#newer;
      this.#newer = new OffsetSet();
      this.#newerBytes = 0;
    }
    for (const offset of offsets) this.#newer.add(offset);
    this.#newerBytes += bytes;
  }
}
