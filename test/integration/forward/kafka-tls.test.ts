import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { KafkaSinkOptions } from "../../../src/forward/sinks/kafka-sink.ts";
import { kafkaUser, openKafkaBroker } from "../../support/kafka-upstream.ts";
import { numberedBatch } from "../../support/sink-batches.ts";
import { clientOf, errorOf } from "../../support/sink-clients.ts";
import { describeTls, type TlsHarness } from "./tls-suite.ts";

const kafka: TlsHarness = {
  kind: "kafka",
  programs: ["kafka"],
  async start(directory, files) {
    const broker = await openKafkaBroker(mkdtempSync(join(directory, "kafka-")), { tls: files });
    return {
      options: (tls) => ({
        kind: "kafka",
        name: "kafka",
        lanes: ["readings"],
        brokers: broker.brokers,
        mechanism: "SCRAM-SHA-512",
        ...kafkaUser,
        tls,
        topic: "encrypted.{lane}",
        createTopic: true,
        payload: "json",
        compression: "none",
      }),
      end: () => broker.kill(),
    };
  },
};

describeTls(kafka, (right) => {
  const connected = (more: Partial<KafkaSinkOptions>) => clientOf({ ...right(), ...more } as ReturnType<typeof right>);

  test.each(["SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"] as const)("forwards with a password by %s", async (mechanism) => {
    const client = await connected({ mechanism });
    expect(await client.write(numberedBatch(0, 3))).toEqual({ rejected: [], kept: [], retryAfterMs: 0 });
  });

  test.each([
    ["a wrong password by SCRAM-SHA-256", { mechanism: "SCRAM-SHA-256", password: "wrong" }],
    ["a wrong password by SCRAM-SHA-512", { password: "wrong" }],
    ["an unknown user", { username: "nobody" }],
    ["no encryption", { tls: undefined }],
  ] as const)("is refused with %s", async (_, more) => {
    const error = await errorOf(connected(more));
    expect(error).toMatchObject({
      code: "SINK_REFUSED",
      message: expect.stringMatching(/; check tls, mechanism, username, password/),
    });
  });
});
