import { CommitStage } from "../../src/collector/commit-stage.ts";
import { originKey, type TableChange, type Tables } from "../../src/collector/embedded-database.ts";
import { noLaneProgress } from "../../src/collector/lane-progress.ts";
import type { Origin, OriginProgress, ReceivedBlock } from "../../src/collector/store.ts";
import type { Gap } from "../../src/model/gap.ts";
import type { Lane } from "../../src/model/lane.ts";

/** Stand-ins for the tables of a database, of which only the identity matters here. */
const tables = { meta: {}, contacts: {}, progress: {}, losses: {}, blocks: {} } as unknown as Tables;

/** What the embedded store does, on a disk that is a list: the same commits, each durable when it returns. */
export class MemoryStore {
  /** Blocks in the order in which they were stored. */
  readonly stored: { readonly lane: Lane; readonly firstOffset: number; readonly bytes: Uint8Array }[] = [];
  duplicateRecords = 0;
  readonly #origins = new Map<string, OriginProgress>();

  contact(origin: Origin) {
    return this.#commit((stage) => stage.addContact(origin));
  }

  append(origin: Origin, block: ReceivedBlock): number {
    return this.#commit((stage) => stage.addBlock(origin, block));
  }

  declareLost(origin: Origin, gap: Gap): number {
    return this.#commit((stage) => stage.addGap(origin, gap));
  }

  progress(origin: Origin, lane: Lane) {
    return this.#origins.get(originKey(origin))?.lanes[lane] ?? noLaneProgress;
  }

  #commit<T>(write: (stage: CommitStage) => T): T {
    const stage = new CommitStage(tables, this.#origins, 10);
    const value = write(stage);
    for (const change of stage.changes()) this.#keep(change);
    this.duplicateRecords += stage.duplicateRecords;
    stage.publishTo(this.#origins);
    return value;
  }

  #keep(change: TableChange): void {
    if (change.sublevel !== tables.blocks || change.type !== "put") return;
    const [, , lane, offset] = change.key.split("/");
    this.stored.push({ lane: lane as Lane, firstOffset: Number(offset), bytes: change.value });
  }
}
