import type { StorePlace } from "../collector/store-table.ts";
import { readTlsFiles } from "../collector/tls-files.ts";
import type { CollectorConfig } from "../config/collector-schema.ts";
import { type CheckFault, loadCollectorConfig } from "../config/load.ts";
import { systemClock } from "../platform/clock.ts";

/** Reads and validates a collector's config file, and the files of its TLS listener. Errors: CONFIG_INVALID. */
export function readCollectorConfig(path: string): CollectorConfig {
  return loadCollectorConfig(path, [tlsFaults]);
}

/** The store that a config names. */
export function storePlaceOf({ store, data }: CollectorConfig): StorePlace {
  return store.kind === "embedded" ? { kind: store.kind, directory: data.directory } : store;
}

function tlsFaults({ tls }: CollectorConfig): CheckFault[] {
  if (tls === undefined) return [];
  const { faults } = readTlsFiles(tls, systemClock.nowUs());
  return faults.map(({ field, problem, remedy }) => ({ path: ["tls", field], problem, remedy }));
}
