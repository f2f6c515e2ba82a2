import type { PlannedReadings } from "./planned-readings.ts";
import type { ReadingLedger } from "./reading-ledger.ts";
import { Sensor } from "./sensor.ts";

export interface SensorFleetOptions {
  readonly sensors: number;
  /** Readings under way for each sensor. */
  readonly windowMax: number;
  /** Of the broker on loopback; null while there is none. */
  readonly port: () => number | null;
  readonly plan: PlannedReadings;
  readonly ledger: ReadingLedger;
}

/** Sensors under load: half of them QoS 1 and half QoS 2, and of each half MQTT 3.1.1 and half MQTT 5. */
export class SensorFleet {
  readonly #options: SensorFleetOptions;
  readonly #sensors: readonly Sensor[];
  #waiting: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];

  constructor(options: SensorFleetOptions) {
    this.#options = options;
    this.#sensors = Array.from(
      { length: options.sensors },
      (_, sensor) =>
        new Sensor({
          ...options,
          sensor,
          qos: sensor % 2 === 0 ? 1 : 2,
          protocolVersion: sensor % 4 < 2 ? 4 : 5,
          changed: () => this.#changed(),
        }),
    );
  }

  /** Publishes that a broker has answered with a reason not to take them. */
  get refusals(): number {
    return this.#sensors.reduce((sum, sensor) => sum + sensor.refusals, 0);
  }

  get connectionsLost(): number {
    return this.#sensors.reduce((sum, sensor) => sum + sensor.connectionsLost, 0);
  }

  start(): void {
    for (const sensor of this.#sensors) sensor.start();
  }

  stop(): void {
    for (const sensor of this.#sensors) sensor.stop();
  }

  /** Resolves when so many readings more are acknowledged. */
  untilAcknowledged(more: number): Promise<void> {
    const { ledger } = this.#options;
    const target = ledger.counts.acknowledged + more;
    return this.until(() => ledger.counts.acknowledged >= target);
  }

  /** Resolves when no connection is open, and so no acknowledgement is on its way. */
  untilDisconnected(): Promise<void> {
    return this.until(() => !this.#sensors.some((sensor) => sensor.connected));
  }

  /** No new readings; resolves when all that were sent are acknowledged. */
  drained(): Promise<void> {
    for (const sensor of this.#sensors) sensor.drain();
    return this.until(() => this.#sensors.every((sensor) => sensor.unfinished === 0));
  }

  /** Resolves when it holds; looks after every change. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ holds, resolve }));
  }

  #changed(): void {
    if (this.#waiting.length === 0) return;
    const holding = this.#waiting.filter(({ holds }) => holds());
    if (holding.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !holding.includes(waiting));
    for (const { resolve } of holding) resolve();
  }
}
