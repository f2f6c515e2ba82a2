import { type KafkaPlace, openKafkaStore } from "../../src/collector/kafka-store.ts";
import type { Origin } from "../../src/model/origin.ts";
import { systemClock as clock } from "../../src/platform/clock.ts";
import { createLogger } from "../../src/platform/logger.ts";
import type { KafkaBroker } from "./kafka-upstream.ts";

/**
 * Offsets and values of the committed readings of a log, in offset order; doubled ones twice. Read by kcat, which by default is told only
 * what is committed. The markers that say so may come a moment after the transaction; a contact waits for them.
 */
export async function storedInKafka(
  broker: KafkaBroker,
  place: KafkaPlace,
  origin: Origin,
): Promise<[offset: number, value: unknown][]> {
  const store = await openKafkaStore({
    ...place,
    originsMax: 1000,
    environment: {},
    clock,
    logger: createLogger("silent"),
  });
  await store.contact(origin);
  await store.close();
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
