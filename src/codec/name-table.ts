import type { BlockWriter } from "./block-bytes.ts";

/** A name that outlives blocks, with its place in the block at hand. */
export interface Name {
  readonly text: string;
  readonly utf8: Uint8Array;
  /** Number of the block that has it last, and its position there. */
  block: number;
  position: number;
}

/** Buffer.from writes U+FFFD for a lone surrogate, so that what stands in a block is UTF-8. */
export function newName(text: string): Name {
  return { text, utf8: Buffer.from(text, "utf8"), block: -1, position: 0 };
}

/** The names of one kind in one block after the other: each once, in the order of first use. */
export class NameTable {
  #block = 0;
  #names: Name[] = [];

  positionOf(name: Name): number {
    if (name.block === this.#block) return name.position;
    name.block = this.#block;
    name.position = this.#names.length;
    this.#names.push(name);
    return name.position;
  }

  /** Writes the field; empty again. */
  writeTo(writer: BlockWriter, field: number): void {
    for (const { utf8 } of this.#names) writer.bytes(field, utf8);
    this.#names.length = 0;
    this.#block++;
  }
}
