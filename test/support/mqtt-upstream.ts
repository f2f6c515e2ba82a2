import { execFileSync } from "node:child_process";
import type { EventEmitter } from "node:events";
import { once } from "node:events";
import { join } from "node:path";
import { connectAsync, type IPublishPacket, type MqttClient } from "mqtt";
import { onTestFinished } from "vitest";
import { lanes } from "../../src/model/lane.ts";
import { type Mosquitto, startMosquitto } from "./mosquitto.ts";
import { tempDir } from "./temp-dir.ts";

export const writer = { username: "tidegate", password: "s3cret" } as const;

/** A Mosquitto that lets in one user alone, and a subscriber that takes note of all that is published. */
export class MqttUpstream {
  readonly #broker: Mosquitto;
  readonly #messages: IPublishPacket[] = [];
  #subscriber: MqttClient | null = null;

  constructor(broker: Mosquitto) {
    this.#broker = broker;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: "127.0.0.1", port: this.#broker.port };
  }

  async subscribe(): Promise<void> {
    this.#subscriber = await connectAsync(this.#broker.url, { ...writer, protocolVersion: 5, reconnectPeriod: 0 });
    this.#subscriber.on("error", () => {});
    this.#subscriber.on("message", (_topic, _payload, packet) => this.#messages.push(packet));
    // QoS 0: a subscriber that is there gets each message before its publisher gets the PUBACK.
    await this.#subscriber.subscribeAsync("#", { qos: 0 });
  }

  /** What was published until now. */
  async messages(): Promise<readonly IPublishPacket[]> {
    const marker = "marker";
    this.#subscriber?.publish(marker, "");
    while (this.#messages.at(-1)?.topic !== marker) await happened(this.#subscriber, "message");
    this.#messages.pop();
    return [...this.#messages];
  }

  /** The payloads as JSON; the second level of their topic is the lane. */
  async received() {
    return (await this.messages()).map(({ topic, payload }) => ({
      lane: lanes.find((lane) => lane === topic.split("/")[1]) ?? "readings",
      fields: JSON.parse(payload.toString()) as Readonly<Record<string, unknown>>,
    }));
  }

  async start(): Promise<void> {
    await this.#broker.start();
    await this.subscribe();
  }

  async stop(): Promise<void> {
    await this.#end(() => this.#broker.stop());
  }

  async kill(): Promise<void> {
    await this.#end(() => this.#broker.kill());
  }

  freeze(): void {
    this.#broker.freeze();
  }

  thaw(): void {
    this.#broker.thaw();
  }

  /** What is on its way to the subscriber still arrives before its connection ends. */
  async #end(end: () => Promise<void>): Promise<void> {
    const subscriber = this.#subscriber;
    this.#subscriber = null;
    const closed = happened(subscriber, "close");
    await end();
    await closed;
  }
}

/** Ended when the test does. @param settings of Mosquitto. */
export async function openMqttUpstream(settings: readonly string[]): Promise<MqttUpstream> {
  const directory = await tempDir();
  const passwords = join(directory, "passwords");
  execFileSync("mosquitto_passwd", ["-b", "-c", passwords, writer.username, writer.password], { stdio: "ignore" });
  const broker = await startMosquitto(directory, ["allow_anonymous false", `password_file ${passwords}`, ...settings]);
  const upstream = new MqttUpstream(broker);
  onTestFinished(() => upstream.kill());
  await upstream.subscribe();
  return upstream;
}

/** The types of mqtt do not let its client be an EventEmitter. */
async function happened(client: MqttClient | null, event: string): Promise<void> {
  if (client !== null) await once(client as unknown as EventEmitter, event);
}
