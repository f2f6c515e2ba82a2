/**
 * An invariant of our own code. A failure is a bug, so it crashes the process; assertions stay on in production.
 * Never for input from outside: that is answered with a value or a TidegateError.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
