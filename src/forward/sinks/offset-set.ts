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
