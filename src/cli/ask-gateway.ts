import { Option } from "commander";
import { type ErrorCode, errorTable, messageOf, TidegateError } from "../platform/errors.ts";

const readTimeoutMs = 5000;
/** What is written is answered when it is on disk, which log.syncInterval may put off by a minute. */
const writeTimeoutMs = 75_000;

export function urlOption(): Option {
  return new Option("--url <url>", "HTTP address of the gateway").default("http://127.0.0.1:8080");
}

/** Asks a running gateway. Errors: GATEWAY_UNREACHABLE, and what the gateway answers. */
export async function askGateway<Answer>(
  url: string,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: unknown,
): Promise<Answer> {
  const { status, answer } = await fetchJson(url, method, path, body);
  if (status < 400) return answer as Answer;
  const { code, message } = answer as { code?: string; message?: string };
  if (code !== undefined && code in errorTable)
    throw new TidegateError(code as ErrorCode, message ?? `the gateway answered ${status}`);
  throw unreachable(url, `it answered ${status}`);
}

async function fetchJson(url: string, method: string, path: string, body: unknown) {
  const timeoutMs = method === "GET" ? readTimeoutMs : writeTimeoutMs;
  const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  try {
    const response = await fetch(new URL(path, url), { method, signal: AbortSignal.timeout(timeoutMs), ...content });
    return { status: response.status, answer: await response.json() };
  } catch (cause) {
    // fetch says "fetch failed", and in its cause why.
    throw unreachable(url, messageOf(cause instanceof TypeError ? (cause.cause ?? cause) : cause), cause);
  }
}

function unreachable(url: string, why: string, cause?: unknown): TidegateError {
  const message = `no gateway answers at ${url}: ${why}; start it, or name its address with --url`;
  return new TidegateError("GATEWAY_UNREACHABLE", message, { cause });
}
