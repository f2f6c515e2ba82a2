import type { Reading } from "../../../src/model/reading.ts";
import type { PlannedReadings } from "./planned-readings.ts";

export interface LedgerCounts {
  readonly acknowledged: number;
  /** Acknowledged, and not in the log. */
  readonly missing: number;
  /** In the log once more than once. */
  readonly duplicated: number;
  /** In the log, and not what was sent. */
  readonly altered: number;
}

const flags = { acknowledged: 1, stored: 2 };

/** What the fleet was promised, beside what the log holds. Eight bits a reading, so that it can run for hours. */
export class ReadingLedger {
  readonly #plan: PlannedReadings;
  /** By sensor and number. */
  readonly #flags: Uint8Array[];
  readonly #sent: number[];
  #acknowledged = 0;
  #acknowledgedAndStored = 0;
  #duplicated = 0;
  #altered = 0;

  constructor(plan: PlannedReadings, sensors: number) {
    this.#plan = plan;
    this.#flags = Array.from({ length: sensors }, () => new Uint8Array(1024));
    this.#sent = new Array(sensors).fill(0);
  }

  get counts(): LedgerCounts {
    const missing = this.#acknowledged - this.#acknowledgedAndStored;
    return { acknowledged: this.#acknowledged, missing, duplicated: this.#duplicated, altered: this.#altered };
  }

  /** The number of the sensor's next reading, which is about to be sent. */
  nextOf(sensor: number): number {
    const number = this.#sent[sensor] ?? 0;
    this.#sent[sensor] = number + 1;
    return number;
  }

  acknowledged(sensor: number, number: number): void {
    if (this.#mark(sensor, number, flags.acknowledged) !== "new") throw new Error(`reading ${number} was acknowledged twice`);
  }

  /** The log holds this reading. */
  stored(reading: Reading): void {
    const at = this.#plan.numberOf(reading);
    const sent = at === null ? 0 : (this.#sent[at.sensor] ?? 0);
    if (at === null || at.number >= sent || !isSame(reading, this.#plan.reading(at.sensor, at.number))) this.#altered++;
    else if (this.#mark(at.sensor, at.number, flags.stored) === "known") this.#duplicated++;
  }

  /** The log is about to be read again from its begin. */
  forgetStored(): void {
    for (const ofSensor of this.#flags) {
      for (let number = 0; number < ofSensor.length; number++) ofSensor[number] = (ofSensor[number] ?? 0) & flags.acknowledged;
    }
    this.#acknowledgedAndStored = 0;
    this.#duplicated = 0;
    this.#altered = 0;
  }

  #mark(sensor: number, number: number, flag: number): "new" | "known" {
    let ofSensor = this.#flags[sensor] as Uint8Array;
    if (number >= ofSensor.length) {
      const grown = new Uint8Array(2 * number);
      grown.set(ofSensor);
      this.#flags[sensor] = ofSensor = grown;
    }
    const before = ofSensor[number] ?? 0;
    if ((before & flag) !== 0) return "known";
    ofSensor[number] = before | flag;
    if (flag === flags.acknowledged) this.#acknowledged++;
    if ((before | flag) === (flags.acknowledged | flags.stored)) this.#acknowledgedAndStored++;
    return "new";
  }
}

function isSame(one: Reading, other: Reading): boolean {
  return (
    one.metric === other.metric && one.unit === other.unit && one.quality === other.quality && Object.is(one.value, other.value)
  );
}
