import { Presets, SingleBar } from "cli-progress";

/** Something to look at while long work runs; nothing at all where there is no terminal. */
export interface Progress {
  update(done: number, note: string): void;
  /** Removes the line, so that the summary stands alone. */
  stop(): void;
}

const silent: Progress = { update() {}, stop() {} };

/** A bar up to `total`, or a plain live line if the total is Infinity. */
export function createProgress(terminal: NodeJS.WritableStream | undefined, total: number): Progress {
  if (terminal === undefined) return silent;
  const bounded = Number.isFinite(total);
  const format = bounded ? "{bar} {percentage}% | {note} | {eta_formatted} left" : "{note}";
  const bar = new SingleBar(
    { format, stream: terminal, clearOnComplete: true, hideCursor: true, fps: 4 },
    Presets.shades_classic,
  );
  bar.start(bounded ? total : 1, 0, { note: "" });
  return {
    update: (done, note) => bar.update(bounded ? done : 0, { note }),
    stop: () => bar.stop(),
  };
}
