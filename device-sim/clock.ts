/** The only source of time and timers of event times and schedules. Load measures with `performance.now` instead. */
export interface Clock {
  /** Microseconds since the Unix epoch, an integer. */
  nowUs(): number;
  /** Calls back once, after at least `delayMs`; the returned function cancels. */
  after(delayMs: number, callback: () => void): () => void;
}

/** `setTimeout` fires at once for more than this. */
const timeoutMsMax = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowUs: () => Date.now() * 1000,
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, timeoutMsMax));
    return () => clearTimeout(timer);
  },
};

/** Resolves at `dueUs`, or earlier if the signal aborts; at once if it is past. */
export async function sleepUntil(clock: Clock, dueUs: number, signal: AbortSignal): Promise<void> {
  const delayMs = (dueUs - clock.nowUs()) / 1000;
  if (delayMs <= 0 || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const wake = () => {
      cancel();
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const cancel = clock.after(Math.ceil(delayMs), wake);
    signal.addEventListener("abort", wake);
  });
}
