import { sliceBlock } from "../../src/codec/block-merge.ts";
import { CommitStage, type StagedPart } from "../../src/collector/commit-stage.ts";
import { noLaneProgress } from "../../src/collector/lane-progress.ts";
import type { OriginProgress, ReceivedBlock } from "../../src/collector/store.ts";
import type { Gap } from "../../src/model/gap.ts";
import type { Lane } from "../../src/model/lane.ts";
import { type Origin, originKey } from "../../src/model/origin.ts";

/** What every store does, on a disk that is a list: the same commits, each durable when it returns. */
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
    const stage = new CommitStage({ progress: this.#origins, count: this.#origins.size, countMax: 10 });
    const value = write(stage);
    for (const part of stage.parts) this.#keep(part);
    this.duplicateRecords += stage.duplicateRecords;
    stage.publishTo(this.#origins);
    return value;
  }

  #keep({ block: { lane, firstOffset, bytes }, part: { start, end } }: StagedPart): void {
    this.stored.push({ lane, firstOffset: start, bytes: sliceBlock(lane, bytes, start - firstOffset, end - firstOffset) });
  }
}
