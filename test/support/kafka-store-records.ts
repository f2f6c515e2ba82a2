import { type KafkaPlace, openKafkaStore } from "../../src/collector/kafka-store.ts";
import type { Origin } from "../../src/model/origin.ts";
import { systemClock as clock } from "../../src/platform/clock.ts";
import { createLogger } from "../../src/platform/logger.ts";
import type { KafkaBroker } from "./kafka-upstream.ts";

/** The markers that say what is committed may come a moment after the end of a transaction. Waits for those of a log. */
export async function settleInKafka(place: KafkaPlace, origin: Origin): Promise<void> {
  const logger = createLogger("silent");
  const store = await openKafkaStore({ ...place, originsMax: 1000, environment: {}, clock, logger });
  await store.contact(origin);
  await store.close();
}

/**
 * Offsets and values of the committed readings of a log, in offset order; doubled ones twice. Read by kcat, which by default is told only
 * what is committed.
 */
export async function storedInKafka(
  broker: KafkaBroker,
  place: KafkaPlace,
  origin: Origin,
): Promise<[offset: number, value: unknown][]> {
  await settleInKafka(place, origin);
  const messages = await broker.messages(`${place.topicPrefix}.readings`);
  return messages
    .map(({ payload, headers }) => ({
      ...(JSON.parse(payload) as { gateway: string; offset: number; value: unknown }),
      headers,
    }))
    .filter(({ gateway, headers }) => gateway === origin.gatewayId && headers[headers.indexOf("log") + 1] === origin.logId)
    .map(({ offset, value }): [number, unknown] => [offset, value])
    .sort(([one], [other]) => one - other);
}
