import type { AppendDone, Log, LogWrite } from "../../src/log/log.ts";

/** The log, but every append goes through `append`, which may pass it on, fail it, or let it vanish as a power cut does. */
export function interceptedLog(log: Log, append: (write: LogWrite, done: AppendDone) => void): Log {
  return {
    logId: log.logId,
    get pendingReadings() {
      return log.pendingReadings;
    },
    append,
    read: (lane, fromOffset, bytesMax) => log.read(lane, fromOffset, bytesMax),
    merge: (lane, segment, blocks) => log.merge(lane, segment, blocks),
    trim: (lane, beforeOffset) => log.trim(lane, beforeOffset),
    evict: (eviction) => log.evict(eviction),
    refuseReadings: (refusal) => log.refuseReadings(refusal),
    segments: (lane) => log.segments(lane),
    get reclaimingBytes() {
      return log.reclaimingBytes;
    },
    get disk() {
      return log.disk;
    },
    get losses() {
      return log.losses;
    },
    get evicted() {
      return log.evicted;
    },
    missing: (lane, fromOffset, toOffset) => log.missing(lane, fromOffset, toOffset),
    bounds: (lane) => log.bounds(lane),
    readCheckpoint: (name) => log.readCheckpoint(name),
    readCheckpoints: (prefix) => log.readCheckpoints(prefix),
    onCommit: (listener) => log.onCommit(listener),
    close: () => log.close(),
  };
}
