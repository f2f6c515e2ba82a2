import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../support/free-port.ts";
import { openRabbitMq, rabbitUser } from "../../support/rabbitmq-upstream.ts";
import { describeTls } from "./tls-suite.ts";

describeTls({
  kind: "amqp",
  programs: ["rabbitmq-server"],
  async start(directory, { ca, cert, key }) {
    const port = await freePort();
    const server = await openRabbitMq(mkdtempSync(join(directory, "rabbitmq-")), [
      `listeners.ssl.1 = 127.0.0.1:${port}`,
      `ssl_options.cacertfile = ${ca}`,
      `ssl_options.certfile = ${cert}`,
      `ssl_options.keyfile = ${key}`,
      "ssl_options.verify = verify_peer",
      "ssl_options.fail_if_no_peer_cert = true",
    ]);
    return {
      options: (tls) => ({
        kind: "amqp",
        name: "rabbit",
        address: { host: "127.0.0.1", port },
        vhost: "/",
        ...rabbitUser,
        tls,
        queue: "encrypted",
        declare: true,
        routingKey: "unused",
        payload: "json",
        inflightMax: 100,
      }),
      end: () => server.end(),
    };
  },
});
