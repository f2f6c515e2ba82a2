/** True if `npm test` found the program missing and could not install it; the tests that need it are skipped and named. */
export function isMissing(program: string): boolean {
  return (process.env.TIDEGATE_MISSING_SERVERS ?? "").split(",").includes(program);
}
