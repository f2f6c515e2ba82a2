// Acknowledgements leave in the order in which their publishes arrived (MQTT 5 §4.6, MQTT-4.6.0-2), although some are settled at
// once and others only after a commit. One instance a connection. Hot path: a settled head is answered without queueing.

interface Slot {
  readonly acknowledged: boolean;
  answer: (() => void) | null;
}

export class PublishOrder {
  #slots: Slot[] = [];
  /** Index of the oldest slot that is still open; those before it were answered. */
  #head = 0;
  #openAcknowledged = 0;
  #ended = false;

  /** Publishes that were taken and not answered. */
  get open(): number {
    return this.#slots.length - this.#head;
  }

  /** Those of them that have an acknowledgement: QoS 1 and 2. */
  get openAcknowledged(): number {
    return this.#openAcknowledged;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Nothing is answered any more. */
  end(): void {
    this.#ended = true;
    this.#forget(this.#slots.length);
  }

  /** Takes the next place; the returned function says how to answer, and is called once. */
  take(acknowledged: boolean): (answer: () => void) => void {
    const slot: Slot = { acknowledged, answer: null };
    this.#slots.push(slot);
    if (acknowledged) this.#openAcknowledged++;
    return (answer) => {
      slot.answer = answer;
      if (this.#slots[this.#head] === slot) this.#answerReady();
    };
  }

  #answerReady(): void {
    for (let slot = this.#slots[this.#head]; slot?.answer; slot = this.#slots[this.#head]) {
      this.#head++;
      if (slot.acknowledged) this.#openAcknowledged--;
      slot.answer();
    }
    if (this.#head === this.#slots.length || this.#head > 1024) this.#forget(this.#head);
  }

  #forget(answered: number): void {
    this.#slots = answered === this.#slots.length ? [] : this.#slots.slice(answered);
    this.#head = 0;
  }
}
