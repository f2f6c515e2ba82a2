import type { Group } from "./group.ts";

/** The groups of a domain in which something is due, the earliest first: a binary heap, in which a group moves when its due time does. */
export class DueQueue {
  readonly #heap: Group[] = [];

  /** Infinity: nothing is ever due. */
  get nextUs(): number {
    return this.#heap[0]?.queuedUs ?? Number.POSITIVE_INFINITY;
  }

  /** To be called when the due time of the group may have changed. */
  update(group: Group): void {
    const { dueUs } = group.windows;
    if (group.position >= 0 && dueUs === group.queuedUs) return;
    if (dueUs === Number.POSITIVE_INFINITY) {
      if (group.position >= 0) this.#remove(group);
      return;
    }
    if (group.position < 0) {
      group.position = this.#heap.length;
      this.#heap.push(group);
    }
    group.queuedUs = dueUs;
    this.#sift(group);
  }

  /** Takes out the groups that are due, in the order of their first appearance. */
  takeDue(watermarkUs: number): Group[] {
    const due: Group[] = [];
    for (let first = this.#heap[0]; first !== undefined && first.queuedUs <= watermarkUs; first = this.#heap[0]) {
      this.#remove(first);
      due.push(first);
    }
    return due.length > 1 ? due.sort((one, other) => one.index - other.index) : due;
  }

  #remove(group: Group): void {
    const { position } = group;
    const last = this.#heap.pop() as Group;
    group.position = -1;
    if (last === group) return;
    last.position = position;
    this.#heap[position] = last;
    this.#sift(last);
  }

  #sift(group: Group): void {
    this.#up(group);
    this.#down(group);
  }

  #up(group: Group): void {
    while (group.position > 0) {
      const parent = this.#heap[(group.position - 1) >> 1] as Group;
      if (parent.queuedUs <= group.queuedUs) return;
      this.#swap(parent, group);
    }
  }

  #down(group: Group): void {
    for (;;) {
      const left = this.#heap[2 * group.position + 1];
      const right = this.#heap[2 * group.position + 2];
      if (left === undefined) return;
      const child = right !== undefined && right.queuedUs < left.queuedUs ? right : left;
      if (group.queuedUs <= child.queuedUs) return;
      this.#swap(group, child);
    }
  }

  /** @param child stands right below the parent. */
  #swap(parent: Group, child: Group): void {
    const { position } = parent;
    parent.position = child.position;
    child.position = position;
    this.#heap[parent.position] = parent;
    this.#heap[position] = child;
  }
}
