import { expect, test } from "vitest";
import { type BlockCase, commitCounts, committed, fleetReadings, merged, sizeOf } from "../../support/block-cases.ts";
import { seededRandom } from "../../support/seeded-random.ts";

/** Bytes a reading of steady data with two decimals: at rest, and upstream after gzip. */
const budget = { atRest: 3, upstream: 2.5 };

function fleet(series: number, periodUs: number, jitterMs = 0) {
  return fleetReadings({ random: seededRandom(1), series, periodUs, jitterMs });
}

function inBudget(one: BlockCase, { atRest, upstream } = budget): void {
  const { bytesAtRest, bytesUpstream } = sizeOf(one);
  expect(bytesAtRest, `${one.name}: bytes a reading at rest`).toBeLessThanOrEqual(atRest);
  expect(bytesUpstream, `${one.name}: bytes a reading upstream`).toBeLessThanOrEqual(upstream);
}

const trickle = new Array<number>(1000).fill(1);

test.each([1, 10, 200])("steady readings of %d series at 1 Hz, 8192 in a commit, are within the budget", (series) => {
  inBudget(committed("steady", fleet(series, 1_000_000), 8192));
});

test.each([1, 10])(
  "a trickle of one reading a commit, over %d series, is within the budget once 1,000 are merged",
  (series) => {
    inBudget(merged("trickle", fleet(series, series * 1_000_000), trickle));
  },
);

test("1,000 readings a second over 200 series, in commits of 1 to 9, are within the budget once 8,192 are merged", () => {
  inBudget(merged("1,000/s", fleet(200, 200_000), commitCounts(seededRandom(2), 8192, 9)));
});

test("event times that jitter by 20 ms cost one more byte", () => {
  inBudget(committed("jitter", fleet(1, 1_000_000, 20), 8192));
  inBudget(committed("jitter", fleet(200, 1_000_000, 20), 8192));
});

test("where also the order of arrival jitters, a merged block costs yet another byte", () => {
  const commits = commitCounts(seededRandom(2), 8192, 9);
  inBudget(merged("1,000/s, 5 ms", fleet(200, 200_000, 5), commits), { atRest: 4.1, upstream: 2.5 });
  inBudget(merged("1,000/s, 50 ms", fleet(200, 200_000, 50), commits), { atRest: 4.3, upstream: 3.3 });
  inBudget(merged("trickle, 20 ms", fleet(10, 10_000_000, 20), trickle), { atRest: 3.5, upstream: 2.7 });
});

test("a commit of one reading each of 200 series costs little but the names", () => {
  const { bytesAtRest } = sizeOf(committed("one each", fleet(200, 1_000_000), 200));
  const nameBytes = "plant-1/device-000".length + 2;
  expect(bytesAtRest).toBeLessThanOrEqual(nameBytes + 5);
});

test("the same seed gives the same bytes", () => {
  const [one, other] = [1, 2].map(() => committed("steady", fleet(10, 1_000_000, 20), 500));
  expect(one?.bytes).toEqual(other?.bytes);
});
