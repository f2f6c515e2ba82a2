import type { Lane } from "./lane.ts";

/** One log of one gateway. A gateway whose data directory was replaced has a new log, with offsets from 0 again. */
export interface Origin {
  readonly gatewayId: string;
  readonly logId: string;
}

/** Ids hold no "/". */
export function originKey({ gatewayId, logId }: Origin): string {
  return `${gatewayId}/${logId}`;
}

/** `gatewayId/logId/lane/offset`: the same for a record however often it is sent. */
export function recordKey(origin: Origin, lane: Lane, offset: number): string {
  return `${originKey(origin)}/${lane}/${offset}`;
}
