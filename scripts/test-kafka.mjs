// `npm run test:kafka`: the sink for Kafka, and the collector's store there, against a real one, which Maven brings (Debian has none).

import { ensureBuilt, ensureInstalled, run } from "./bootstrap.mjs";
import { ensureKafka } from "./test-servers.mjs";

ensureInstalled();
if (!ensureKafka()) {
  console.error("Kafka is not to be had: it wants Java, and Maven with its repository; install default-jre-headless and maven");
  process.exit(1);
}
ensureBuilt();
const tests = [
  "test/conformance/sink/kafka-sink.test.ts",
  "test/integration/forward/kafka-tls.test.ts",
  "test/conformance/store/kafka-store.test.ts",
  "test/integration/collector/kafka-store.test.ts",
  "test/integration/collector/store-tls.test.ts",
];
run(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...tests]);
