import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { PostableAlert } from "../../src/notify/webhook-body.ts";

export interface ReceivedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly alerts: readonly PostableAlert[];
}

/** What it does with a request: a status with a text, or what the test does with the response. */
export type Answer = { readonly status: number; readonly text?: string } | ((response: ServerResponse) => void);

/** An HTTP server that takes alerts, and answers as the test says. Closed when the test ends. */
export class AlertReceiver {
  readonly requests: ReceivedRequest[] = [];
  /** For the next requests, in order; then, or if there are none, 200. */
  readonly answers: Answer[] = [];
  /** For all of them, as long as it is set. */
  always: Answer | null = null;
  /** Most requests that were open at a time. */
  openMax = 0;
  readonly url: string;
  #open = 0;
  #notify: () => void = () => {};

  private constructor(url: string) {
    this.url = url;
  }

  static async start(): Promise<AlertReceiver> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const receiver = new AlertReceiver(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2/alerts`);
    server.on("request", async (request, response) => {
      receiver.#open++;
      receiver.openMax = Math.max(receiver.openMax, receiver.#open);
      response.once("close", () => receiver.#open--);
      let body = "";
      for await (const chunk of request) body += chunk;
      receiver.requests.push({ headers: request.headers, alerts: JSON.parse(body || "[]") });
      receiver.#answer(response);
      receiver.#notify();
    });
    return receiver;
  }

  /** Resolves when it has had so many requests in all. */
  async until(count: number): Promise<ReceivedRequest> {
    await this.untilAll((requests) => requests.length >= count);
    return this.requests[count - 1] as ReceivedRequest;
  }

  /** Resolves when what it has received satisfies the condition. */
  async untilAll(condition: (requests: readonly ReceivedRequest[]) => boolean): Promise<void> {
    while (!condition(this.requests)) {
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }

  /** As DEVICE firing, or DEVICE resolved; a list for each request. */
  get said(): string[][] {
    return this.requests.map(({ alerts }) =>
      alerts.map(({ labels, endsAt }) => `${labels.device} ${endsAt === undefined ? "firing" : "resolved"}`),
    );
  }

  #answer(response: ServerResponse): void {
    const answer = this.always ?? this.answers.shift() ?? { status: 200 };
    if (typeof answer === "function") answer(response);
    // Of a redirection: to itself. Whoever follows it comes without a body, and is content.
    else response.writeHead(answer.status, { location: this.url }).end(answer.text ?? "");
  }
}
