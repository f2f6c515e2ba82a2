// When records may be sent: from each time that a cron expression names, for so long. Pure; times are passed in.

import { Cron } from "croner";
import { messageOf } from "../platform/errors.ts";

export interface SendingHour {
  /** Cron expression of five fields, in the time zone of the host. */
  readonly start: string;
  readonly forMs: number;
}

/** What is wrong with a cron expression; null: nothing. */
export function cronFault(expression: string): string | null {
  try {
    return cronOf(expression).nextRun() === null ? "names no time that is yet to come" : null;
  } catch (error) {
    return `is no cron expression: ${messageOf(error)}`;
  }
}

export class SendingHours {
  readonly #hours: readonly { readonly cron: Cron; readonly forUs: number }[];

  /** @param hours none: at any time. Their expressions were checked. */
  constructor(hours: readonly SendingHour[]) {
    this.#hours = hours.map(({ start, forMs }) => ({ cron: cronOf(start), forUs: forMs * 1000 }));
  }

  isOpen(nowUs: number): boolean {
    return this.#hours.length === 0 || this.#hours.some(({ cron, forUs }) => nextUs(cron, nowUs - forUs) <= nowUs);
  }

  /** When they begin, if they are over; Infinity: never again. */
  opensAtUs(nowUs: number): number {
    return Math.min(...this.#hours.map(({ cron }) => nextUs(cron, nowUs)));
  }
}

function cronOf(expression: string): Cron {
  return new Cron(expression, { mode: "5-part", paused: true });
}

/** The first time behind the given one. */
function nextUs(cron: Cron, afterUs: number): number {
  const next = cron.nextRun(new Date(afterUs / 1000));
  return next === null ? Number.POSITIVE_INFINITY : next.getTime() * 1000;
}
