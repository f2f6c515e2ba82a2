import { type Origin, originKey } from "../model/origin.ts";

interface Queued {
  readonly origin: Origin;
  readonly cost: number;
}

/** A queue for each origin; they are served in turn, so that the one that sends most makes only itself wait. */
export class FairQueue<T extends Queued> {
  /** In the order of their turns; none is empty. */
  readonly #queues = new Map<string, T[]>();

  get isEmpty(): boolean {
    return this.#queues.size === 0;
  }

  add(item: T): void {
    const key = originKey(item.origin);
    const queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, [item]);
    else queue.push(item);
  }

  /** One of each origin in turn, again and again, as long as all of them cost at most `costMax`; at least one. */
  take(costMax: number): T[] {
    const taken: T[] = [];
    let cost = 0;
    for (const [key, queue] of this.#queues) {
      const [item] = queue;
      if (item === undefined || (taken.length > 0 && cost + item.cost > costMax)) break;
      cost += item.cost;
      taken.push(item);
      queue.shift();
      // To the end of the map, where this loop meets it again.
      this.#queues.delete(key);
      if (queue.length > 0) this.#queues.set(key, queue);
    }
    return taken;
  }
}
