// One POST over node:http or node:https, which know client certificates; fetch does not. Redirects are not followed.

import { type Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Clock } from "../../platform/clock.ts";
import type { HttpAnswer } from "./http-answer.ts";

/** Of an answer's body, so much is kept, for people; of a longer one the connection is given up. */
const answerLengthMax = 300;
const answerBytesMax = 64 * 1024;

export interface PostOptions {
  readonly url: URL;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Rejects with what the network or TLS says. */
export function post(body: Buffer, options: PostOptions): Promise<HttpAnswer> {
  const { url, agent, headers, timeoutMs, clock, signal } = options;
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const length = { "content-length": String(body.length) };
    const sent = request(url, { method: "POST", agent, headers: { ...headers, ...length }, signal });
    const cancel = clock.after(timeoutMs, () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    sent.once("error", reject);
    sent.once("close", cancel);
    sent.once("response", (response) => readAnswer(response).then(resolve, reject));
    sent.end(body);
  });
}

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes < answerLengthMax) chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > answerBytesMax) break;
  }
  const { statusCode = 0, headers } = response;
  const text = Buffer.concat(chunks).toString("utf8").slice(0, answerLengthMax);
  return { status: statusCode, retryAfter: headers["retry-after"], location: headers.location, text };
}
