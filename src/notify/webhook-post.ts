// One request of a webhook, and what became of it. Bounds: a timeout over all of it, and answerBytesMax of the answer.

import type { Clock } from "../platform/clock.ts";
import { messageOf } from "../platform/errors.ts";

/** Bytes that are read of an answer: it is there to be logged. */
const answerBytesMax = 4096;

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** `why`: status and text of the answer, or why there is none. */
export type PostOutcome =
  | { readonly kind: "accepted" }
  /** The receiver will not take it, however often it is sent. */
  | { readonly kind: "rejected"; readonly why: string }
  /** It may take it later. */
  | { readonly kind: "failed"; readonly why: string };

/** Never rejects. Redirects are not followed: they would turn the POST into a GET. */
export async function post({ url, headers, body, timeoutMs, clock, signal }: PostRequest): Promise<PostOutcome> {
  const request = new AbortController();
  const cancelTimeout = clock.after(timeoutMs, () => request.abort(new Error(`no answer within ${timeoutMs} ms`)));
  const onStop = () => request.abort(new Error("the gateway stops"));
  signal.addEventListener("abort", onStop);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body,
      redirect: "manual",
      signal: request.signal,
    });
    const text = await answerText(response);
    if (response.ok) return { kind: "accepted" };
    const why = `it answered ${response.status} ${text}`.trimEnd();
    return { kind: mayAcceptLater(response.status) ? "failed" : "rejected", why };
  } catch (error) {
    return { kind: "failed", why: reasonOf(error) };
  } finally {
    cancelTimeout();
    signal.removeEventListener("abort", onStop);
  }
}

/** Request Timeout, Too Many Requests, and every fault of the server's. */
function mayAcceptLater(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

async function answerText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop gives up the rest, and the connection.
    if (bytes >= answerBytesMax) break;
  }
  return Buffer.concat(chunks).subarray(0, answerBytesMax).toString().trim();
}

/** fetch says "fetch failed" and has the reason in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return messageOf(cause);
}
