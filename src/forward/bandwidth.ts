// A cap on bytes a second: a bucket that fills at that rate and holds `burstMs` of it. What is sent may overdraw it, since batches are not
// cut; then nothing is sent until the debt is paid. Pure; times are passed in.

const burstMs = 250;

export class Bandwidth {
  readonly #bytesPerSecond: number;
  #balance: number;
  #atUs: number;

  constructor(bytesPerSecond: number, nowUs: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#balance = this.burstBytes;
    this.#atUs = nowUs;
  }

  get burstBytes(): number {
    return Math.max(1, (this.#bytesPerSecond * burstMs) / 1000);
  }

  spend(bytes: number, nowUs: number): void {
    this.#fill(nowUs);
    this.#balance -= bytes;
  }

  /** Milliseconds until more may be sent; 0: now. */
  waitMs(nowUs: number): number {
    this.#fill(nowUs);
    return this.#balance >= 0 ? 0 : Math.ceil((-this.#balance * 1000) / this.#bytesPerSecond);
  }

  #fill(nowUs: number): void {
    const gained = (Math.max(0, nowUs - this.#atUs) * this.#bytesPerSecond) / 1_000_000;
    this.#balance = Math.min(this.burstBytes, this.#balance + gained);
    // Also if the clock was set back: nobody waits for it to come to that time again.
    this.#atUs = nowUs;
  }
}
