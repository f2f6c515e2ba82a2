import { startMosquitto } from "../../support/mosquitto.ts";
import { describeTls } from "./tls-suite.ts";

describeTls({
  kind: "mqtt",
  programs: ["mosquitto"],
  async start(directory, { ca, cert, key }) {
    const files = [`cafile ${ca}`, `certfile ${cert}`, `keyfile ${key}`];
    const broker = await startMosquitto(directory, ["allow_anonymous true", "require_certificate true", ...files]);
    return {
      options: (tls) => ({
        kind: "mqtt",
        name: "broker",
        address: { host: "127.0.0.1", port: broker.port },
        version: 5,
        tls,
        topic: "plant/{lane}",
        payload: "json",
        payloadSizeMax: 100_000,
        inflightMax: 100,
        requireSubscriber: false,
      }),
      end: () => broker.kill(),
    };
  },
});
