// What an answer says about the records of a request. Pure.
//
//   2xx                      they are there
//   408, 425, 429, 503       not now: after Retry-After, in seconds or as a date; retryAfterMsDefault if there is none
//   another 5xx              the service is of no use now
//   3xx, and refusals below  it is of no use as it is configured
//   413, another 4xx         it refuses what is in the request: one of the records, or that there are so many

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Where a redirect leads. */
  readonly location: string | undefined;
  /** The beginning of the body. */
  readonly text: string;
}

export type Verdict =
  | { readonly kind: "accepted" }
  | { readonly kind: "wait"; readonly retryAfterMs: number }
  | { readonly kind: "unreachable" | "refused" | "rejected"; readonly reason: string };

const retryAfterMsDefault = 5_000;
/** Who says "in a week" is asked before. */
const retryAfterMsMax = 3_600_000;

/** They speak of the request as such, not of the records in it; each with what to do. */
const refusals: Readonly<Record<number, string>> = {
  401: "correct its credentials",
  402: "settle what the service asks for",
  403: "allow the user to post there, or correct its credentials",
  404: "correct url",
  405: "correct url: nothing can be posted there",
  406: "choose another format",
  407: "name a URL that needs no proxy",
  410: "correct url",
  411: "use a server that takes chunks, or another version of it",
  415: "choose another format or compression: none",
  421: "correct url",
  426: "use https",
  451: "correct url",
};

export function verdictOf({ status, retryAfter, location, text }: HttpAnswer, nowMs: number): Verdict {
  const words = text.trim() === "" ? "" : `: ${text.trim()}`;
  if (status >= 200 && status < 300) return { kind: "accepted" };
  if ([408, 425, 429, 503].includes(status)) return { kind: "wait", retryAfterMs: waitMs(retryAfter, nowMs) };
  if (status >= 500) return { kind: "unreachable", reason: `it answered ${status}${words}` };
  if (status < 400) return { kind: "refused", reason: `it answered ${status}; name ${location ?? "another address"} as url` };
  const remedy = refusals[status];
  if (remedy !== undefined) return { kind: "refused", reason: `it answered ${status}${words}; ${remedy}` };
  return { kind: "rejected", reason: `${status}${words}` };
}

function waitMs(retryAfter: string | undefined, nowMs: number): number {
  const text = retryAfter?.trim() ?? "";
  const givenMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(givenMs) ? retryAfterMsDefault : Math.min(Math.max(givenMs, 0), retryAfterMsMax);
}
