// The kinds of stores that a collector's config file may name. A new kind has a file beside this one, and a line here and in
// collector/store-table.ts.

import { z } from "zod";
import { embeddedStore } from "./embedded-schema.ts";
import { kafkaStore } from "./kafka-schema.ts";
import { natsStore } from "./nats-schema.ts";
import { postgresStore } from "./postgres-schema.ts";

export const store = z.discriminatedUnion("kind", [embeddedStore, kafkaStore, natsStore, postgresStore]);

/** Of any kind: durations in milliseconds, sizes in bytes. */
export type StoreConfig = z.infer<typeof store>;
