import { type ChannelCredentials, Client, type ClientDuplexStream, credentials, type ServiceError } from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import {
  type ForwardRequestFields,
  forwardMethod,
  protocolVersion,
  type ReceivedResponse,
} from "../../src/codec/collector-service.ts";

export interface RawHello {
  readonly protocol?: number;
  readonly gatewayId?: string;
  readonly logId?: string;
}

/** Speaks to a collector message by message, so that a test can say what no forwarder would. */
export class RawGateway {
  readonly #client: Client;
  readonly #call: ClientDuplexStream<ForwardRequestFields, ReceivedResponse>;
  readonly #received: ReceivedResponse[] = [];
  readonly #waiting: (() => void)[] = [];
  #failure: ServiceError | null = null;
  #ended = false;

  constructor(port: number, channel: ChannelCredentials = credentials.createInsecure()) {
    const client = new Client(`127.0.0.1:${port}`, channel, { "grpc.use_local_subchannel_pool": 1 });
    const { path, requestSerialize, responseDeserialize } = forwardMethod;
    this.#call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    this.#call.on("data", (response: ReceivedResponse) => {
      this.#received.push(response);
      this.#wake();
    });
    this.#call.on("error", (error: ServiceError) => {
      this.#failure = error;
      this.#wake();
    });
    this.#call.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
    this.#client = client;
    onTestFinished(() => this.close());
  }

  /** Ends the connection without a word. */
  close(): void {
    this.#call.cancel();
    this.#client.close();
  }

  send(request: ForwardRequestFields): void {
    this.#call.write(request);
  }

  /** Says Hello and waits for the Welcome. */
  async hello(hello: RawHello = {}): Promise<ReceivedResponse> {
    this.send({ hello: { protocol: protocolVersion, gatewayId: "gw-1", logId: "log-1", ...hello } });
    return this.next();
  }

  /** The next answer of the collector; rejects with its status if it ended the stream instead. */
  async next(): Promise<ReceivedResponse> {
    for (;;) {
      const response = this.#received.shift();
      if (response !== undefined) return response;
      if (this.#failure !== null) throw this.#failure;
      if (this.#ended) throw new Error("the collector ended the stream");
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Waits until the collector has acknowledged everything of the lane below `offset`. */
  async acknowledged(lane: number, offset: number): Promise<void> {
    for (;;) {
      const { ack } = await this.next();
      if (ack?.lane === lane && (ack.nextOffset ?? 0) >= offset) return;
    }
  }

  /** Waits for the status with which the collector ends the stream. */
  async failure(): Promise<ServiceError> {
    try {
      for (;;) await this.next();
    } catch (error) {
      if (this.#failure !== null) return this.#failure;
      throw error;
    }
  }

  /** Says that nothing more comes. */
  end(): void {
    this.#call.end();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
