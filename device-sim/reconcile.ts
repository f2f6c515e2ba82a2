// Compares what devices sent (ledger) with what arrived upstream (received), reading by reading.
//
// A reading is identified by device, metric, event time and value: a real file repeats event times with different values, and
// identical readings may be sent more than once, so everything is counted. Within one series and event time, with values as
// JSON numbers compared as doubles:
//   missing     acknowledged, and received less often than acknowledged
//   altered     received with a value that was never sent there, while a sent reading there did not arrive
//   duplicated  received more often than sent
//   unknown     received from a device of the ledger, but nothing there lacks it
//   unacknowledged received: allowed once, because the acknowledgement may have been lost with the connection
// Readings that were sent without an event time are matched with those that the gateway stamped, by value alone.
// Received readings of devices that the ledger does not know are counted and otherwise ignored: another program sent them.
//
// Memory: proportional to the ledger, whatever the size of what was received. Differences are counted; the first few are kept.

export type Value = number | boolean | string;

export interface LedgerReading {
  readonly device: string;
  readonly metric: string;
  readonly eventTimeUs: number | null;
  readonly value: Value;
}

export interface ReceivedReading {
  readonly device: string;
  readonly metric: string;
  readonly eventTimeUs: number;
  readonly value: Value;
  /** The gateway gave it its own time. */
  readonly stamped: boolean;
}

export const differenceKinds = ["missing", "duplicated", "altered", "unknown"] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

export interface Difference {
  readonly kind: DifferenceKind;
  readonly device: string;
  readonly metric: string;
  readonly eventTimeUs: number | null;
  /** What was sent; for `unknown` what was received. */
  readonly value: Value;
}

export interface ReconcileReport extends Record<DifferenceKind, number> {
  /** Readings in the ledger. */
  readonly sent: number;
  readonly acknowledged: number;
  /** Readings received from the ledger's devices. */
  readonly received: number;
  /** Received although their acknowledgement never arrived. No difference. */
  readonly unacknowledged: number;
  /** Received from other devices. */
  readonly foreign: number;
  /** The first few. */
  readonly differences: readonly Difference[];
}

export const differencesKeptMax = 20;

/** What is known of one value at one event time of one series. */
export interface Slot {
  readonly value: Value;
  sent: number;
  acknowledged: number;
  received: number;
}

/** One event time of one series. */
interface Moment {
  readonly slots: Slot[];
  /** Received with values that were not sent. */
  strangers: number;
}

type Moments = Map<number | null, Moment>;

export class Reconciliation {
  readonly #devices = new Map<string, Map<string, Moments>>();
  readonly #totals = { sent: 0, acknowledged: 0, received: 0, foreign: 0, unacknowledged: 0 };
  readonly #found: Record<DifferenceKind, number> = { missing: 0, duplicated: 0, altered: 0, unknown: 0 };
  readonly #differences: Difference[] = [];

  /** All of the ledger comes before anything received. */
  sent(reading: LedgerReading): Slot {
    const moment = this.#momentToFill(reading);
    let slot = slotOf(moment, reading.value);
    if (slot === undefined) {
      slot = { value: reading.value, sent: 0, acknowledged: 0, received: 0 };
      moment.slots.push(slot);
    }
    slot.sent++;
    this.#totals.sent++;
    return slot;
  }

  acknowledged(slot: Slot): void {
    slot.acknowledged++;
    this.#totals.acknowledged++;
  }

  received(reading: ReceivedReading): void {
    const metrics = this.#devices.get(reading.device);
    if (metrics === undefined) {
      this.#totals.foreign++;
      return;
    }
    this.#totals.received++;
    const moments = metrics.get(reading.metric);
    const moment = moments?.get(reading.eventTimeUs) ?? (reading.stamped ? moments?.get(null) : undefined);
    if (moment === undefined) {
      this.#differ("unknown", 1, reading);
      return;
    }
    const slot = slotOf(moment, reading.value);
    if (slot === undefined) moment.strangers++;
    else slot.received++;
  }

  report(): ReconcileReport {
    for (const [device, metrics] of this.#devices) {
      for (const [metric, moments] of metrics) {
        for (const [eventTimeUs, moment] of moments) this.#judge({ device, metric, eventTimeUs }, moment);
        moments.clear();
      }
    }
    return { ...this.#totals, ...this.#found, differences: this.#differences };
  }

  #judge(where: Omit<Difference, "kind" | "value">, moment: Moment): void {
    let { strangers } = moment;
    // Acknowledged ones first: what explains a loss is not to be spent on a reading that may be absent.
    for (const slot of moment.slots.toSorted((a, b) => shortfall(b) - shortfall(a))) {
      const at = { ...where, value: slot.value };
      const altered = Math.min(strangers, Math.max(0, slot.sent - slot.received));
      strangers -= altered;
      this.#differ("altered", altered, at);
      this.#differ("missing", Math.max(0, shortfall(slot) - altered), at);
      this.#differ("duplicated", Math.max(0, slot.received - slot.sent), at);
      this.#totals.unacknowledged += Math.max(0, Math.min(slot.received, slot.sent) - slot.acknowledged);
    }
    const [first] = moment.slots;
    if (first !== undefined) this.#differ("unknown", strangers, { ...where, value: first.value });
  }

  #differ(kind: DifferenceKind, count: number, at: Omit<Difference, "kind">): void {
    if (count === 0) return;
    this.#found[kind] += count;
    const { device, metric, eventTimeUs, value } = at;
    if (this.#differences.length < differencesKeptMax) this.#differences.push({ kind, device, metric, eventTimeUs, value });
  }

  #momentToFill({ device, metric, eventTimeUs }: LedgerReading): Moment {
    const metrics = getOrAdd(this.#devices, device, () => new Map<string, Moments>());
    const moments = getOrAdd(metrics, metric, (): Moments => new Map());
    return getOrAdd(moments, eventTimeUs, () => ({ slots: [], strangers: 0 }));
  }
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const added = create();
  map.set(key, added);
  return added;
}

/** True if the two agree. */
export function isComplete(report: ReconcileReport): boolean {
  return differenceKinds.every((kind) => report[kind] === 0);
}

function slotOf(moment: Moment, value: Value): Slot | undefined {
  return moment.slots.find((slot) => slot.value === value);
}

function shortfall(slot: Slot): number {
  return slot.acknowledged - slot.received;
}
