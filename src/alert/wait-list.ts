/** One that waits. */
export interface Waiting<Item> {
  readonly item: Item;
  readonly sinceUs: number;
  before: Waiting<Item> | null;
  after: Waiting<Item> | null;
}

/**
 * Those that wait for the same length of time, in the order in which they began: a linked list, so that beginning anew costs the
 * same however many wait. Times of `add` never go back.
 */
export class WaitList<Item> {
  #first: Waiting<Item> | null = null;
  #last: Waiting<Item> | null = null;

  /** Since when the one that began first has been waiting; Infinity: nobody is. */
  get firstSinceUs(): number {
    return this.#first?.sinceUs ?? Number.POSITIVE_INFINITY;
  }

  add(item: Item, sinceUs: number): Waiting<Item> {
    const waiting: Waiting<Item> = { item, sinceUs, before: this.#last, after: null };
    if (this.#last === null) this.#first = waiting;
    else this.#last.after = waiting;
    this.#last = waiting;
    return waiting;
  }

  remove({ before, after }: Waiting<Item>): void {
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
  }

  /** Those that have been waiting since `sinceUs` or longer; they stay until they are removed. */
  until(sinceUs: number): Waiting<Item>[] {
    const due: Waiting<Item>[] = [];
    for (let next = this.#first; next !== null && next.sinceUs <= sinceUs; next = next.after) due.push(next);
    return due;
  }
}
