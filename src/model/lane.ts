/** The log's three sequences. Each has offsets of its own, dense and from 0. */
export const lanes = ["readings", "results", "alerts"] as const;

export type Lane = (typeof lanes)[number];
