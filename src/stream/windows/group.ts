import type { Domain } from "./domain.ts";
import type { GroupWindows } from "./group-windows.ts";

/** What names a group; "" where it spans. */
export interface GroupNames {
  readonly device: string;
  readonly metric: string;
  readonly tag: string;
}

/** Series of which a window speaks together. */
export class Group implements GroupNames {
  readonly device: string;
  readonly metric: string;
  readonly tag: string;
  /** By first appearance. */
  readonly index: number;
  readonly domain: Domain;
  readonly windows: GroupWindows;
  /** As a device last named it; "" if the group spans metrics. */
  unit = "";
  /** Where it stands in the queue of its domain; -1: nowhere. Of the queue alone, as the next. */
  position = -1;
  queuedUs = Number.POSITIVE_INFINITY;

  constructor({ device, metric, tag }: GroupNames, index: number, parts: { domain: Domain; windows: GroupWindows }) {
    this.device = device;
    this.metric = metric;
    this.tag = tag;
    this.index = index;
    this.domain = parts.domain;
    this.windows = parts.windows;
  }
}
