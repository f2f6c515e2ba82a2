import { build } from "hdr-histogram-js";

export interface LatencyMs {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly "p99.9": number;
  readonly max: number;
}

const latencyUsMax = 600_000_000;

/** Counts acknowledgements and their latencies between `begin` and `end`; what comes outside is left out. */
export class Measurement {
  readonly #histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: latencyUsMax,
    numberOfSignificantValueDigits: 3,
  });
  #running = false;
  #beganMs = 0;
  #durationMs = 0;
  #beganCpu = process.cpuUsage();
  #cpuMs = 0;
  #runUs = 0;
  #runLength = 0;
  #rejected = 0;

  begin(): void {
    this.#running = true;
    this.#beganMs = performance.now();
    this.#beganCpu = process.cpuUsage();
  }

  end(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#recordRun();
    this.#durationMs = performance.now() - this.#beganMs;
    const { user, system } = process.cpuUsage(this.#beganCpu);
    this.#cpuMs = (user + system) / 1000;
  }

  /** Hot path. Acknowledgements that arrive together were mostly sent together: a run of equal latencies is recorded once. */
  acknowledged(latencyMs: number): void {
    if (!this.#running) return;
    const latencyUs = Math.min(latencyUsMax, Math.round(latencyMs * 1000));
    if (latencyUs !== this.#runUs) {
      this.#recordRun();
      this.#runUs = latencyUs;
    }
    this.#runLength++;
  }

  rejected(): void {
    if (this.#running) this.#rejected++;
  }

  /** Acknowledged messages so far, roughly. */
  get messages(): number {
    return this.#histogram.totalCount;
  }

  get rejections(): number {
    return this.#rejected;
  }

  get durationMs(): number {
    return this.#durationMs;
  }

  /** Cores that this process kept busy: 0.8 is four fifths of one. */
  get generatorCores(): number {
    return this.#durationMs > 0 ? this.#cpuMs / this.#durationMs : 0;
  }

  get latencyMs(): LatencyMs {
    const max = this.#histogram.maxValue / 1000;
    // The histogram gives the upper edge of a bucket, which may lie beyond the largest value in it.
    const at = (percentile: number) => Math.min(max, this.#histogram.getValueAtPercentile(percentile) / 1000);
    return { p50: at(50), p90: at(90), p99: at(99), "p99.9": at(99.9), max };
  }

  #recordRun(): void {
    if (this.#runLength > 0) this.#histogram.recordValueWithCount(this.#runUs, this.#runLength);
    this.#runLength = 0;
  }
}
