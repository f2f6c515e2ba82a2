import { execFile, execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Admin } from "@platformatic/kafka";
import { type Lane, lanes } from "../../src/model/lane.ts";
import type { CertificateFiles } from "./certificates.ts";
import { freePort } from "./free-port.ts";
import { ServerProcess } from "./server-process.ts";

const run = promisify(execFile);

export const kafkaUser = { username: "tidegate", password: "s3cret" } as const;
export const requestBytesMax = 100_000;
const partitions = 3;
const clusterId = "MkU3OEVBNTcwNTJENDM2Qg";

/** Files of a broker, as the class path of Java. Maven has them already: scripts/test-servers.mjs. */
async function classPath(directory: string): Promise<string> {
  const file = join(directory, "classpath");
  const args = [
    "-o",
    "-q",
    "-B",
    "-f",
    "test/support/kafka/pom.xml",
    "dependency:build-classpath",
    `-Dmdep.outputFile=${file}`,
  ];
  await run("mvn", args);
  return readFile(file, "utf8");
}

/** One message as kcat prints it. */
interface KafkaMessage {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly headers: readonly string[];
  readonly payload: string;
}

/** A real Kafka, broker and controller in one, that lets in one user alone. */
export class KafkaBroker extends ServerProcess {
  readonly #port: number;

  constructor(port: number, args: readonly string[]) {
    super({ program: "java", args, ready: /Kafka Server started/ });
    this.#port = port;
  }

  get brokers() {
    return [{ host: "127.0.0.1", port: this.#port }];
  }

  /** A topic for each lane. Their names begin with `prefix`. */
  async addTopics(prefix: string): Promise<void> {
    const admin = new Admin({ clientId: "test", bootstrapBrokers: this.brokers, sasl: { mechanism: "PLAIN", ...kafkaUser } });
    try {
      await admin.createTopics({
        topics: lanes.map((lane) => `${prefix}.${lane}`),
        partitions,
        replicas: 1,
        configs: [{ name: "max.message.bytes", value: String(requestBytesMax) }],
      });
    } finally {
      await admin.close();
    }
  }

  /** What a topic has, by partition, in the order of each. Read by another implementation than the one that wrote. */
  async messages(topic: string): Promise<readonly KafkaMessage[]> {
    const args = ["-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J", ...this.#kcatSettings()];
    const { stdout } = await run("kcat", args, { maxBuffer: 256 * 1024 * 1024 });
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as KafkaMessage);
  }

  /** As an operator would, by hand. A message that is empty has no value. */
  async send(topic: string, key: string, message: string): Promise<void> {
    const args = ["-P", "-t", topic, "-K", "|", "-Z", ...this.#kcatSettings()];
    const sending = run("kcat", args);
    sending.child.stdin?.end(`${key}|${message}\n`);
    await sending;
  }

  #kcatSettings(): string[] {
    const sasl = ["security.protocol=SASL_PLAINTEXT", "sasl.mechanism=PLAIN"];
    const user = [`sasl.username=${kafkaUser.username}`, `sasl.password=${kafkaUser.password}`];
    return ["-b", `127.0.0.1:${this.#port}`, ...[...sasl, ...user].flatMap((setting) => ["-X", setting])];
  }

  async received(prefix: string) {
    const found = await Promise.all(lanes.map(async (lane) => receivedOf(lane, await this.messages(`${prefix}.${lane}`))));
    return found.flat();
  }
}

function receivedOf(lane: Lane, messages: readonly KafkaMessage[]) {
  const queues = Array.from({ length: partitions }, (_, partition) =>
    messages
      .filter((message) => message.partition === partition)
      .map(({ payload }) => ({ lane, fields: JSON.parse(payload) as Readonly<Record<string, unknown>> })),
  );
  return mergedByOffset(queues);
}

/** Partitions know no order between them: the one that goes on with the lower offset of ours comes first. */
function mergedByOffset<R extends { readonly fields: Readonly<Record<string, unknown>> }>(queues: readonly R[][]): R[] {
  const merged: R[] = [];
  for (;;) {
    const heads = queues.filter((queue) => queue.length > 0);
    const next = heads.sort((one, other) => Number(one[0]?.fields.offset) - Number(other[0]?.fields.offset))[0]?.shift();
    if (next === undefined) return merged;
    merged.push(next);
  }
}

/** A broker that encrypts, asks for certificates of `ca`, and keeps passwords for SCRAM. */
export interface KafkaTls extends CertificateFiles {
  readonly ca: string;
}

export interface KafkaBrokerOptions {
  /** Absent: nothing is encrypted. */
  readonly tls?: KafkaTls;
  /** Opens what clients reach the broker through, and yields the port of that. Absent: they reach it directly. */
  readonly link?: (port: number) => Promise<number>;
}

/** The caller kills the broker. @param directory an existing one. */
export async function openKafkaBroker(directory: string, { tls, link }: KafkaBrokerOptions = {}): Promise<KafkaBroker> {
  const [port, controllerPort] = [await freePort(), await freePort()];
  const properties = join(directory, "server.properties");
  const ports = { port, controllerPort, advertisedPort: (await link?.(port)) ?? port };
  const secured = tls === undefined ? [] : await securedBy(directory, tls);
  await writeFile(properties, `${[...propertiesOf(directory, ports), ...secured].join("\n")}\n`);
  const java = ["-Xmx384m", "-XX:TieredStopAtLevel=1", "-cp", await classPath(directory)];
  const { username, password } = kafkaUser;
  const users = ["256", "512"].flatMap((bits) => ["--add-scram", `SCRAM-SHA-${bits}=[name=${username},password=${password}]`]);
  const format = ["kafka.tools.StorageTool", "format", "-t", clusterId, "-c", properties, ...users];
  execFileSync("java", [...java, ...format], { stdio: "ignore" });
  const broker = new KafkaBroker(port, [...java, "kafka.Kafka", properties]);
  await broker.start();
  return broker;
}

/** Of properties that are there twice, Java takes the last. */
async function securedBy(directory: string, { ca, cert, key }: KafkaTls): Promise<string[]> {
  const keystore = join(directory, "keystore.pem");
  await writeFile(keystore, `${await readFile(key, "utf8")}${await readFile(cert, "utf8")}`);
  const scram = "org.apache.kafka.common.security.scram.ScramLoginModule required";
  return [
    "listener.security.protocol.map=CLIENT:SASL_SSL,CONTROLLER:PLAINTEXT",
    "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    ...["256", "512"].map((bits) => `listener.name.client.scram-sha-${bits}.sasl.jaas.config=${scram};`),
    "listener.name.client.ssl.client.auth=required",
    "ssl.keystore.type=PEM",
    `ssl.keystore.location=${keystore}`,
    "ssl.truststore.type=PEM",
    `ssl.truststore.location=${ca}`,
    "auto.create.topics.enable=true",
  ];
}

interface KafkaPorts {
  readonly port: number;
  readonly controllerPort: number;
  readonly advertisedPort: number;
}

function propertiesOf(directory: string, { port, controllerPort, advertisedPort }: KafkaPorts): string[] {
  const { username, password } = kafkaUser;
  const module = "org.apache.kafka.common.security.plain.PlainLoginModule";
  return [
    "process.roles=broker,controller",
    "node.id=1",
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=CLIENT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=CLIENT://127.0.0.1:${advertisedPort}`,
    "listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name=CLIENT",
    "controller.listener.names=CONTROLLER",
    "sasl.enabled.mechanisms=PLAIN",
    "sasl.mechanism.inter.broker.protocol=PLAIN",
    `listener.name.client.plain.sasl.jaas.config=${module} required username="${username}" password="${password}" user_${username}="${password}";`,
    `log.dirs=${join(directory, "data")}`,
    // A broker that was killed is let in again when its session is over.
    "broker.heartbeat.interval.ms=500",
    "broker.session.timeout.ms=2000",
    "offsets.topic.replication.factor=1",
    "transaction.state.log.replication.factor=1",
    "transaction.state.log.min.isr=1",
    "transaction.state.log.num.partitions=3",
    "auto.create.topics.enable=false",
  ];
}
