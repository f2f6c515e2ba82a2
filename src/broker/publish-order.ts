// Acknowledgements leave in the order in which their publishes arrived (MQTT 5 §4.6, MQTT-4.6.0-2), although some are settled at
// once and others only after a commit. One instance a connection. Hot path: a settled head is answered without queueing.

interface Slot {
  answer: (() => void) | null;
}

export class PublishOrder {
  #slots: Slot[] = [];
  /** Index of the oldest slot that is still open; those before it were answered. */
  #head = 0;

  /** Publishes that were taken and not answered. */
  get open(): number {
    return this.#slots.length - this.#head;
  }

  /** Takes the next place; the returned function says how to answer, and is called once. */
  take(): (answer: () => void) => void {
    const slot: Slot = { answer: null };
    this.#slots.push(slot);
    return (answer) => {
      slot.answer = answer;
      if (this.#slots[this.#head] === slot) this.#answerReady();
    };
  }

  #answerReady(): void {
    for (let slot = this.#slots[this.#head]; slot?.answer; slot = this.#slots[this.#head]) {
      this.#head++;
      slot.answer();
    }
    if (this.#head === this.#slots.length) this.#forget(0);
    else if (this.#head > 1024) this.#forget(this.#head);
  }

  #forget(answered: number): void {
    this.#slots = answered === 0 ? [] : this.#slots.slice(answered);
    this.#head = 0;
  }
}
