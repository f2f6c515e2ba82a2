import { describe } from "vitest";
import { openKafkaStore } from "../../../src/collector/kafka-store.ts";
import { systemClock as clock } from "../../../src/platform/clock.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { kafkaForTests, newKafkaPlace } from "../../support/kafka-store-broker.ts";
import { storedInKafka } from "../../support/kafka-store-records.ts";
import { isMissing } from "../../support/servers.ts";
import { describeStore } from "./store-suite.ts";

const logger = createLogger("silent");

describe.skipIf(["kafka", "kcat"].some(isMissing))("with a broker", () => {
  const { broker } = kafkaForTests();

  describeStore("Kafka store", async () => {
    const place = newKafkaPlace(broker());
    return {
      open: (originsMax) => openKafkaStore({ ...place, originsMax, environment: {}, clock, logger }),
      readings: (_store, origin) => storedInKafka(broker(), place, origin),
      async breakWrites() {
        await broker().kill();
        return () => broker().start();
      },
    };
  });
});
