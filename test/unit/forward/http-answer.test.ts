import { describe, expect, test } from "vitest";
import { type HttpAnswer, verdictOf } from "../../../src/forward/sinks/http-answer.ts";

const nowMs = Date.UTC(2026, 0, 31, 12, 0, 0);

function verdict(status: number, more: Partial<HttpAnswer> = {}) {
  return verdictOf({ status, retryAfter: undefined, location: undefined, text: "", ...more }, nowMs);
}

describe("an answer", () => {
  test.each([200, 201, 202, 204])("%i means that the records are there", (status) => {
    expect(verdict(status)).toEqual({ kind: "accepted" });
  });

  test.each([
    ["in seconds", "120", 120_000],
    ["as a date", "Sat, 31 Jan 2026 12:00:30 GMT", 30_000],
    ["as a date that is over", "Sat, 31 Jan 2026 11:00:00 GMT", 0],
    ["longer than an hour", "86400", 3_600_000],
    ["in words", "soon", 5_000],
    ["not at all", undefined, 5_000],
  ])("that asks to wait, %s, is heeded", (_how, retryAfter, retryAfterMs) => {
    for (const status of [408, 425, 429, 503]) expect(verdict(status, { retryAfter })).toEqual({ kind: "wait", retryAfterMs });
  });

  test.each([500, 501, 502, 504])("%i means that the service is of no use now", (status) => {
    expect(verdict(status, { text: "oh no\n" })).toEqual({ kind: "unreachable", reason: `it answered ${status}: oh no` });
  });

  test.each([401, 402, 403, 404, 405, 406, 407, 410, 411, 415, 421, 426, 451])(
    "%i means that something is configured wrong, and says what to do",
    (status) => {
      expect(verdict(status)).toEqual({ kind: "refused", reason: expect.stringMatching(`^it answered ${status}; .+`) });
    },
  );

  test("that leads elsewhere is not followed, and says where", () => {
    const reason = "it answered 308; name https://other.example as url";
    expect(verdict(308, { location: "https://other.example" })).toEqual({ kind: "refused", reason });
  });

  test.each([400, 409, 413, 418, 422])("%i is about the records", (status) => {
    expect(verdict(status, { text: "no such metric" })).toEqual({ kind: "rejected", reason: `${status}: no such metric` });
  });
});
