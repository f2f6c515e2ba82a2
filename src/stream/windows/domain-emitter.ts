import type { Domain } from "./domain.ts";
import type { Group } from "./group.ts";
import type { GroupTable } from "./group-table.ts";
import type { GroupBy } from "./plan.ts";
import type { ResultWriter } from "./result-writer.ts";

/** Lets the groups of a domain say what is due: by end, then by first appearance of the group. */
export class DomainEmitter {
  readonly #table: GroupTable;
  readonly #writer: ResultWriter;
  /** Whether the watermark is kept with the device, and not with the group. */
  readonly #isOfDevice: boolean;

  constructor(table: GroupTable, writer: ResultWriter, groupBy: GroupBy) {
    this.#table = table;
    this.#writer = writer;
    this.#isOfDevice = groupBy.device;
  }

  /** The watermark goes where it belongs, and what is due there is emitted. */
  passWatermark(domain: Domain, causeOffset: number): void {
    const watermarkUs = domain.nextWatermarkUs();
    this.#emit(domain, domain.queue.takeDue(watermarkUs), { untilUs: watermarkUs, causeOffset });
    domain.isTouched = false;
  }

  /** Everything that is new is emitted, though the watermark has not passed it. */
  emitAsIs(domain: Domain, causeOffset: number): void {
    this.#emit(domain, domain.groups, { untilUs: Number.POSITIVE_INFINITY, causeOffset });
  }

  #emit(domain: Domain, groups: readonly Group[], to: { readonly untilUs: number; readonly causeOffset: number }): void {
    const watermarkBeforeUs = domain.watermarkUs;
    const watermarkUs = domain.nextWatermarkUs();
    const { say, length: from } = this.#writer;
    domain.watermarkUs = watermarkUs;
    if (!this.#isOfDevice && watermarkUs > watermarkBeforeUs) {
      for (const group of domain.groups) this.#table.groupChanged(group);
    }
    for (const group of groups) {
      this.#writer.speaker = group;
      group.windows.emit({ watermarkBeforeUs, watermarkUs, untilUs: to.untilUs, causeOffset: to.causeOffset, say });
      domain.queue.update(group);
      this.#table.groupChanged(group);
    }
    if (groups.length > 1) this.#writer.sortByEnd(from);
  }
}
