/**
 * Why the log gave up records before every sink had them.
 *
 * size, age, disk: evicted because of log.retention.<lane>.sizeMax, .ageMax or log.diskFreeMin.
 * corrupt: damaged at rest, see log/set-aside.ts.
 */
export const lossReasons = ["size", "age", "disk", "corrupt"] as const;
export type LossReason = (typeof lossReasons)[number];
