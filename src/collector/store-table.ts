// The kinds of stores: how each is opened, how a report reads it, and how it is called. The configuration names one of them.

import type { Clock } from "../platform/clock.ts";
import { kafkaTarget } from "../platform/kafka-connection.ts";
import type { Logger } from "../platform/logger.ts";
import type { Environment } from "../platform/secret.ts";
import { openCollectorDatabase, readProgress } from "./embedded-database.ts";
import { openEmbeddedStore } from "./embedded-store.ts";
import { type KafkaPlace, openKafkaStore, readKafkaProgress } from "./kafka-store.ts";
import { type NatsStoreOptions, openNatsStore, readNatsProgress } from "./nats-store.ts";
import { natsStreamName } from "./nats-streams.ts";
import { databaseName } from "./postgres-connection.ts";
import { openPostgresStore, readPostgresProgress } from "./postgres-store.ts";
import type { OriginProgress, Store } from "./store.ts";

interface PlaceOf {
  /** Created if absent. */
  readonly embedded: { readonly kind: "embedded"; readonly directory: string };
  readonly kafka: KafkaPlace & { readonly kind: "kafka" };
  readonly nats: { readonly kind: "nats" } & NatsStoreOptions;
  readonly postgres: { readonly kind: "postgres"; readonly url: string };
}

/** Where a collector keeps what it received. */
export type StorePlace = PlaceOf[keyof PlaceOf];

/** What every store may use. */
export interface StoreContext {
  /** Most logs of gateways. */
  readonly originsMax: number;
  /** For secrets that stand there. */
  readonly environment: Environment;
  readonly clock: Clock;
  readonly logger: Logger;
}

export type ReadContext = Pick<StoreContext, "environment" | "clock">;

interface StoreKind<P> {
  open(place: P, context: StoreContext): Promise<Store>;
  /** What is there, in the order of first contact. Changes nothing. */
  progress(place: P, context: ReadContext): Promise<OriginProgress[]>;
  /** For people; holds no secret. */
  nameOf(place: P): string;
}

const storeKinds: { readonly [K in keyof PlaceOf]: StoreKind<PlaceOf[K]> } = {
  embedded: {
    open: ({ directory }, { originsMax }) => openEmbeddedStore({ directory, originsMax }),
    progress: ({ directory }) => progressInDirectory(directory),
    nameOf: ({ directory }) => `data ${directory}`,
  },
  kafka: {
    open: (place, context) => openKafkaStore({ ...place, ...context }),
    progress: (place, context) => readKafkaProgress(place, context),
    nameOf: (place) => `Kafka ${kafkaTarget(place)}, topics ${place.topicPrefix}.*`,
  },
  nats: {
    open: openNatsStore,
    progress: readNatsProgress,
    nameOf: natsStreamName,
  },
  postgres: {
    open: ({ url }, { originsMax, logger }) => openPostgresStore({ url, originsMax, logger }),
    progress: ({ url }) => readPostgresProgress(url),
    nameOf: ({ url }) => `database ${databaseName(url)}`,
  },
};

/** Errors: DATA_DIR_UNUSABLE, DATA_DIR_LOCKED (embedded); LIBRARY_MISSING, STORE_UNREACHABLE, STORE_UNUSABLE (the others). */
export function openStore(place: StorePlace, context: StoreContext): Promise<Store> {
  return kindOf(place).open(place, context);
}

/** What a store that no collector of this process has open holds, in the order of first contact. Errors as {@link openStore}. */
export function storedProgress(place: StorePlace, context: ReadContext): Promise<OriginProgress[]> {
  return kindOf(place).progress(place, context);
}

export function storeName(place: StorePlace): string {
  return kindOf(place).nameOf(place);
}

/** Of that place; the table has it under its own kind. */
function kindOf(place: StorePlace): StoreKind<StorePlace> {
  return storeKinds[place.kind] as StoreKind<StorePlace>;
}

async function progressInDirectory(directory: string): Promise<OriginProgress[]> {
  const { level, tables } = await openCollectorDatabase(directory, { create: false });
  try {
    return await readProgress(tables);
  } finally {
    await level.close();
  }
}
