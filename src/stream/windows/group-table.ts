// The devices and groups of an operator, and their state in parts: `devices/<n>` and `groups/<n>` hold 16 of each, in the order of first appearance.
// Only parts in which something changed are written. Neither devices nor groups are forgotten.

import { deserialize, serialize } from "node:v8";
import { assert } from "../../platform/assert.ts";
import type { InputColumn, StateChange, StatePart } from "../contract.ts";
import { DeviceClock, type DeviceClockSnapshot } from "./device-clock.ts";
import { Domain } from "./domain.ts";
import { Group, type GroupNames } from "./group.ts";
import { groupNamesOf, keyOfNames, otherNames } from "./group-key.ts";
import type { GroupWindows } from "./group-windows.ts";
import type { WindowPlan } from "./plan.ts";

const bitsPerPart = 4;

type DeviceRecord = readonly [clock: DeviceClockSnapshot, groups: readonly number[]];
type GroupRecord = readonly [names: readonly [string, string, string], unit: string, watermarkUs: number, windows: unknown];

/** Makes the windows of a group; of a snapshot, if there is one. */
export type CreateWindows = (restored: { snapshot: unknown; watermarkUs: number } | null) => GroupWindows;

export class GroupTable {
  readonly #plan: WindowPlan;
  readonly #createWindows: CreateWindows;
  readonly #clocks: DeviceClock[] = [];
  readonly #groups: Group[] = [];
  readonly #byDevice = new Map<string, DeviceClock>();
  /** Groups that span devices. */
  readonly #spanning = new Map<string, Group>();
  readonly #changedDevices = new Set<number>();
  readonly #changedGroups = new Set<number>();
  #other: { readonly clock: DeviceClock; readonly group: Group } | null = null;
  #seriesCount = 0;

  constructor(plan: WindowPlan, createWindows: CreateWindows) {
    this.#plan = plan;
    this.#createWindows = createWindows;
  }

  get clocks(): readonly DeviceClock[] {
    return this.#clocks;
  }

  clockOf(device: string): DeviceClock | undefined {
    return this.#byDevice.get(device);
  }

  /** Of all series that have no place of their own. */
  get other(): { readonly clock: DeviceClock; readonly group: Group } | null {
    return this.#other;
  }

  /** The group that a series belongs to which was not there before; null if there are too many. */
  addSeries(column: InputColumn, key: string): Group | null {
    if (this.#seriesCount >= this.#plan.limits.seriesMax) {
      return this.#plan.overflow === "other" ? this.#otherGroup() : null;
    }
    const clock = this.#byDevice.get(column.device) ?? this.#addClock(new DeviceClock(column.device, this.#clocks.length));
    const names = groupNamesOf(column, this.#plan.groupBy);
    const group = this.#spanning.get(key) ?? this.#addGroup(names, clock);
    this.#link(clock, group);
    return group;
  }

  deviceChanged({ index }: DeviceClock): void {
    this.#changedDevices.add(index >> bitsPerPart);
  }

  groupChanged({ index }: Group): void {
    this.#changedGroups.add(index >> bitsPerPart);
  }

  /** What changed since the last call. */
  changes(): StateChange[] {
    const devices = Array.from(this.#changedDevices, (part) => ({
      key: `devices/${part}`,
      value: serialize(partOf(this.#clocks, part).map(deviceRecord)),
    }));
    const groups = Array.from(this.#changedGroups, (part) => ({
      key: `groups/${part}`,
      value: serialize(partOf(this.#groups, part).map(groupRecord)),
    }));
    this.#changedDevices.clear();
    this.#changedGroups.clear();
    return [...devices, ...groups];
  }

  restore(parts: readonly StatePart[]): void {
    const groups = recordsOf<GroupRecord>(parts, "groups/");
    const owners = groups.map(() => [] as DeviceClock[]);
    for (const [snapshot, ofDevice] of recordsOf<DeviceRecord>(parts, "devices/")) {
      const isOther = ofDevice.some((index) => isOtherGroup(namesOf(groups[index])));
      const clock = this.#addClock(DeviceClock.restore(snapshot, this.#clocks.length), isOther);
      for (const index of ofDevice) owners[index]?.push(clock);
    }
    for (const [index, record] of groups.entries()) this.#restoreGroup(record, owners[index] ?? []);
  }

  #restoreGroup(record: GroupRecord, owners: readonly DeviceClock[]): void {
    const [, unit, watermarkUs, snapshot] = record;
    const [owner] = owners;
    assert(owner !== undefined, "every group in a state belongs to a device in it");
    const names = namesOf(record);
    const isOther = isOtherGroup(names);
    const ownWatermarkUs = this.#plan.groupBy.device || isOther ? owner.newestUs - this.#plan.latenessUs : watermarkUs;
    const group = this.#addGroup(names, owner, { snapshot, watermarkUs: ownWatermarkUs });
    group.unit = unit;
    group.domain.watermarkUs = ownWatermarkUs;
    group.domain.queue.update(group);
    if (isOther) this.#setOther(owner, group);
    else for (const clock of owners) this.#link(clock, group);
  }

  #otherGroup(): Group {
    if (this.#other !== null) return this.#other.group;
    const clock = this.#addClock(new DeviceClock("", this.#clocks.length), true);
    const group = this.#addGroup(otherNames, clock);
    this.#setOther(clock, group);
    return group;
  }

  #setOther(clock: DeviceClock, group: Group): void {
    clock.groups.set("", group);
    if (clock.domains[0] !== group.domain) group.domain.join(clock);
    this.#other = { clock, group };
  }

  #addClock(clock: DeviceClock, isOther = false): DeviceClock {
    this.#clocks.push(clock);
    if (!isOther) this.#byDevice.set(clock.device, clock);
    if (this.#plan.groupBy.device) new Domain(clock.index, false, this.#plan.latenessUs).join(clock);
    this.deviceChanged(clock);
    return clock;
  }

  #addGroup(names: GroupNames, owner: DeviceClock, restored: Parameters<CreateWindows>[0] = null): Group {
    const index = this.#groups.length;
    const domain = this.#plan.groupBy.device
      ? owner.domains[0]
      : new Domain(index, !isOtherGroup(names), this.#plan.latenessUs);
    assert(domain !== undefined, "a device has its domain");
    const group = new Group(names, index, { domain, windows: this.#createWindows(restored) });
    this.#groups.push(group);
    domain.groups.push(group);
    if (!this.#plan.groupBy.device && !isOtherGroup(names)) this.#spanning.set(keyOfNames(names, this.#plan.groupBy), group);
    this.groupChanged(group);
    return group;
  }

  #link(clock: DeviceClock, group: Group): void {
    clock.groups.set(keyOfNames(group, this.#plan.groupBy), group);
    if (!this.#plan.groupBy.device) group.domain.join(clock);
    this.#seriesCount++;
    this.deviceChanged(clock);
  }
}

function isOtherGroup({ tag }: GroupNames): boolean {
  return tag === otherNames.tag;
}

function namesOf(record: GroupRecord | undefined): GroupNames {
  assert(record !== undefined, "every group that a device names in a state is in it");
  const [[device, metric, tag]] = record;
  return { device, metric, tag };
}

function partOf<Item>(items: readonly Item[], part: number): readonly Item[] {
  return items.slice(part << bitsPerPart, (part + 1) << bitsPerPart);
}

function deviceRecord(clock: DeviceClock): DeviceRecord {
  const groups = Array.from(clock.groups.values(), ({ index }) => index);
  return [clock.snapshot(), groups.sort((one, other) => one - other)];
}

function groupRecord({ device, metric, tag, unit, domain, windows }: Group): GroupRecord {
  return [[device, metric, tag], unit, domain.watermarkUs, windows.snapshot()];
}

/** In the order in which they were numbered. */
function recordsOf<Entry>(parts: readonly StatePart[], prefix: string): Entry[] {
  const own = parts.filter(({ key }) => key.startsWith(prefix));
  own.sort((one, other) => Number(one.key.slice(prefix.length)) - Number(other.key.slice(prefix.length)));
  return own.flatMap(({ value }) => deserialize(value) as Entry[]);
}
