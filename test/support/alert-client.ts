import type { ActiveAlert } from "../../src/model/alert-note.ts";
import { RawMqtt } from "./raw-mqtt.ts";
import type { RunningGateway } from "./running-gateway.ts";

/** A sensor at a running gateway, and an operator at its HTTP. */
export class AlertClient {
  readonly #gateway: RunningGateway;
  readonly #mqtt: RawMqtt;

  private constructor(gateway: RunningGateway, mqtt: RawMqtt) {
    this.#gateway = gateway;
    this.#mqtt = mqtt;
  }

  static async of(gateway: RunningGateway): Promise<AlertClient> {
    return new AlertClient(gateway, await RawMqtt.connected(gateway.port, 5));
  }

  /** Resolves when the reading is acknowledged. */
  async publish(device: string, value: number): Promise<void> {
    const topic = `sensors/${device}/temperature`;
    this.#mqtt.send({ cmd: "publish", topic, payload: String(value), qos: 1, messageId: 1, dup: false, retain: false });
    await this.#mqtt.next("puback");
  }

  /** Resolves when the gateway shows that the alert of the device fires, or does not. */
  async untilActive(device: string, isActive = true): Promise<void> {
    while ((await this.active()).some((alert) => alert.device === device) !== isActive)
      await new Promise((resolve) => setTimeout(resolve, 10));
  }

  async active(): Promise<ActiveAlert[]> {
    return ((await (await fetch(`${this.#gateway.http}/api/v1/alerts`)).json()) as { alerts: ActiveAlert[] }).alerts;
  }

  /** Status and body of the answer. */
  async send(method: string, path: string, body?: unknown, contentType = "application/json") {
    const content =
      body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body), headers: { "content-type": contentType } };
    const response = await fetch(`${this.#gateway.http}/api/v1/${path}`, { method, ...content });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
  }
}
