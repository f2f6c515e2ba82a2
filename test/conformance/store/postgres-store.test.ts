import { describe } from "vitest";
import { openPostgresStore } from "../../../src/collector/postgres-store.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { postgresForTests } from "../../support/postgres.ts";
import { isMissing } from "../../support/servers.ts";
import { describeStore } from "./store-suite.ts";

const logger = createLogger("silent");

describe.skipIf(isMissing("postgres"))("with a server", () => {
  const server = postgresForTests();

  describeStore("PostgreSQL store", async () => {
    const url = await server().newDatabase();
    return {
      open: (originsMax) => openPostgresStore({ url, originsMax, logger }),
      async readings(_store, { gatewayId, logId }) {
        const rows = await server().query<{ log_offset: string; value_number: number }>(
          url,
          `SELECT log_offset, value_number FROM tidegate.readings
           WHERE gateway_id = '${gatewayId}' AND log_id = '${logId}' ORDER BY log_offset`,
        );
        return rows.map(({ log_offset, value_number }) => [Number(log_offset), value_number]);
      },
      async breakWrites() {
        // At the end of the transaction, when the records are in it.
        await server().query(
          url,
          `CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'disk full'; END $$;
           CREATE TRIGGER broken BEFORE UPDATE ON tidegate.progress EXECUTE FUNCTION refuse()`,
        );
        return async () => {
          await server().query(url, "DROP TRIGGER broken ON tidegate.progress");
        };
      },
    };
  });
});
