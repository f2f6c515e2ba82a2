/** Smallest piece that a disk writes whole. */
export const sectorBytes = 512;

type Change =
  | { readonly at: number; readonly kind: "write"; readonly offset: number; readonly bytes: Buffer }
  | { readonly at: number; readonly kind: "truncate"; readonly length: number };

/** Which part of an unsynced write reaches the disk nevertheless: asked once for every sector, and for every truncation. */
export type Survives = () => boolean;

/** One file's content: what is on the disk, and the changes since its last sync, which are in memory only. */
export class DiskFile {
  #durable: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  #durableLength = 0;
  #unsynced: Change[] = [];
  #changedAt: number;
  /** Of the file as the program sees it. */
  length = 0;

  /** @param at number of its creation. */
  constructor(at: number) {
    this.#changedAt = at;
  }

  get durable(): Buffer {
    return this.#durable.subarray(0, this.#durableLength);
  }

  /** @param at number of the change; they only grow. */
  write(at: number, offset: number, bytes: Buffer): void {
    this.#unsynced.push({ at, kind: "write", offset, bytes });
    this.length = Math.max(this.length, offset + bytes.length);
  }

  truncate(at: number, length: number): void {
    this.#unsynced.push({ at, kind: "truncate", length });
    this.length = length;
  }

  /** Changes before `before` are on the disk now. Returns the number of the newest of them. */
  sync(before: number): number {
    for (const change of this.#unsynced) {
      if (change.at >= before) continue;
      this.#apply(change);
      this.#changedAt = change.at;
    }
    this.#unsynced = this.#unsynced.filter((change) => change.at >= before);
    return this.#changedAt;
  }

  /** The power is cut: the unsynced changes are gone, but for the sectors that survive. */
  cut(survives: Survives): void {
    for (const change of this.#unsynced) {
      if (change.kind === "write") this.#tear(change.offset, change.bytes, survives);
      else if (survives()) this.#apply(change);
    }
    this.#unsynced = [];
    this.length = this.#durableLength;
  }

  #tear(offset: number, bytes: Buffer, survives: Survives): void {
    for (let from = 0; from < bytes.length; ) {
      const end = Math.min(bytes.length, from + sectorBytes - ((offset + from) % sectorBytes));
      if (survives()) this.#put(offset + from, bytes.subarray(from, end));
      from = end;
    }
  }

  #apply(change: Change): void {
    if (change.kind === "write") this.#put(change.offset, change.bytes);
    else this.#resize(change.length);
  }

  #put(offset: number, bytes: Buffer): void {
    if (offset + bytes.length > this.#durableLength) this.#resize(offset + bytes.length);
    bytes.copy(this.#durable, offset);
  }

  /** What a file grows by reads as zeros, as a hole does. */
  #resize(length: number): void {
    if (length > this.#durable.length) {
      const grown = Buffer.alloc(Math.max(length, 2 * this.#durable.length));
      this.#durable.copy(grown, 0, 0, this.#durableLength);
      this.#durable = grown;
    }
    if (length < this.#durableLength) this.#durable.fill(0, length, this.#durableLength);
    this.#durableLength = length;
  }
}
