import { describe } from "vitest";
import { openNatsStore } from "../../../src/collector/nats-store.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { fillStream, natsStoreOptions, storedRecords } from "../../support/nats-store.ts";
import { openNatsUpstream } from "../../support/nats-upstream.ts";
import { isMissing } from "../../support/servers.ts";
import { describeStore } from "./store-suite.ts";

const logger = createLogger("silent");

describe.skipIf(isMissing("nats-server"))("with a server", () => {
  for (const payload of ["ndjson", "block"] as const) {
    describeStore(`NATS store of ${payload}`, async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream, { payload });
      return {
        open: (originsMax) => openNatsStore(options, { originsMax, environment: {}, logger }),
        async readings(_store, origin) {
          const records = await storedRecords(upstream, options.stream, "readings", origin);
          return records.sort(([left], [right]) => left - right);
        },
        breakWrites: () => fillStream(upstream, options.stream),
      };
    });
  }
});
