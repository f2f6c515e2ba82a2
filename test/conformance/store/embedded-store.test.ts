import { openEmbeddedStore } from "../../../src/collector/embedded-store.ts";
import { exportRecords } from "../../../src/collector/export.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { describeStore } from "./store-suite.ts";

describeStore("embedded store", async () => {
  const directory = await tempDir();
  let isBroken = false;
  return {
    open(originsMax) {
      const syncWrite = (write: () => Promise<void>) =>
        isBroken ? Promise.reject(new Error("no space left on device")) : write();
      return openEmbeddedStore({ directory, originsMax, syncWrite });
    },
    async readings(store, { gatewayId, logId }) {
      // Several stores may be open in a test, but the directory has one reader at a time.
      await store.close();
      const found: [number, unknown][] = [];
      for await (const exported of exportRecords(directory, "readings", { gatewayId })) {
        if (exported.logId === logId) found.push([exported.offset, exported.record.value]);
      }
      return found;
    },
    async breakWrites() {
      isBroken = true;
      return async () => {
        isBroken = false;
      };
    },
  };
});
