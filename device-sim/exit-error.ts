/** Exit codes of every command (sysexits.h where one fits). */
export const exitCodes = {
  ok: 0,
  /** `reconcile` found a difference. */
  difference: 1,
  usage: 64,
  /** A file holds something else than what it should. */
  badInput: 65,
  fileUnreadable: 66,
  brokerUnreachable: 69,
  bug: 70,
  /** A file cannot be created or written. */
  fileUnwritable: 73,
} as const;

/** A failure that ends a command. Messages are lower case: what was attempted, with values and units, then the remedy. */
export class ExitError extends Error {
  override readonly name = "ExitError";
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
