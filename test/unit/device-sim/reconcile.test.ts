import fc from "fast-check";
import { expect, it } from "vitest";
import { isComplete, type ReconcileReport, Reconciliation, type Value } from "../../../device-sim/reconcile.ts";

type Sent = readonly [eventTimeUs: number | null, value: Value, acknowledged?: boolean];
type Received = readonly [eventTimeUs: number, value: Value, stamped?: boolean];

/** All of one series, `pump temperature`. */
function reconcile(sent: readonly Sent[], received: readonly Received[]): ReconcileReport {
  const reconciliation = new Reconciliation();
  for (const [eventTimeUs, value, acknowledged = true] of sent) {
    const slot = reconciliation.sent({ device: "pump", metric: "temperature", eventTimeUs, value });
    if (acknowledged) reconciliation.acknowledged(slot);
  }
  for (const [eventTimeUs, value, stamped = false] of received) {
    reconciliation.received({ device: "pump", metric: "temperature", eventTimeUs, value, stamped });
  }
  return reconciliation.report();
}

const none = { missing: 0, duplicated: 0, altered: 0, unknown: 0 };

it("what arrived once each is complete", () => {
  const report = reconcile(
    [
      [1, 20],
      [2, 20],
      [3, 21.57],
    ],
    [
      [2, 20],
      [1, 20],
      [3, 21.57],
    ],
  );
  expect(report).toMatchObject({ ...none, sent: 3, acknowledged: 3, received: 3, differences: [] });
  expect(isComplete(report)).toBe(true);
});

it("an acknowledged reading that did not arrive is missing", () => {
  const report = reconcile(
    [
      [1, 20],
      [2, 21],
    ],
    [[1, 20]],
  );
  expect(report).toMatchObject({ ...none, missing: 1 });
  expect(report.differences).toEqual([{ kind: "missing", device: "pump", metric: "temperature", eventTimeUs: 2, value: 21 }]);
  expect(isComplete(report)).toBe(false);
});

it("a reading that arrived twice is duplicated", () => {
  expect(
    reconcile(
      [[1, 20]],
      [
        [1, 20],
        [1, 20],
      ],
    ),
  ).toMatchObject({ ...none, duplicated: 1 });
});

it("a reading that arrived only with another value is altered, not missing", () => {
  expect(reconcile([[1, 20.1]], [[1, JSON.parse("20.10000000000000142")]])).toMatchObject(none);
  expect(reconcile([[1, 20.1]], [[1, 20.11]])).toMatchObject({ ...none, altered: 1 });
});

it("a value of another type is altered", () => {
  expect(reconcile([[1, 1]], [[1, true]])).toMatchObject({ ...none, altered: 1 });
});

it("a reading that no device sent is unknown", () => {
  expect(
    reconcile(
      [[1, 20]],
      [
        [1, 20],
        [2, 20],
      ],
    ),
  ).toMatchObject({ ...none, unknown: 1 });
  expect(
    reconcile(
      [[1, 20]],
      [
        [1, 20],
        [1, 99],
      ],
    ),
  ).toMatchObject({ ...none, unknown: 1 });
});

it("an unacknowledged reading may arrive or not, but not twice", () => {
  expect(reconcile([[1, 20, false]], [])).toMatchObject({ ...none, unacknowledged: 0 });
  expect(reconcile([[1, 20, false]], [[1, 20]])).toMatchObject({ ...none, unacknowledged: 1 });
  expect(
    reconcile(
      [[1, 20, false]],
      [
        [1, 20],
        [1, 20],
      ],
    ),
  ).toMatchObject({ ...none, duplicated: 1 });
});

it("one event time may have several values, each counted by itself", () => {
  const sent: Sent[] = [
    [1, 20],
    [1, 21],
    [1, 21],
  ];
  expect(
    reconcile(sent, [
      [1, 21],
      [1, 20],
      [1, 21],
    ]),
  ).toMatchObject(none);
  expect(
    reconcile(sent, [
      [1, 21],
      [1, 20],
    ]),
  ).toMatchObject({ ...none, missing: 1 });
  expect(
    reconcile(sent, [
      [1, 21],
      [1, 22],
      [1, 21],
    ]),
  ).toMatchObject({ ...none, altered: 1 });
});

it("readings of devices that the ledger does not know are left alone", () => {
  const reconciliation = new Reconciliation();
  reconciliation.received({ device: "other", metric: "temperature", eventTimeUs: 1, value: 1, stamped: false });
  expect(reconciliation.report()).toMatchObject({ ...none, received: 0, foreign: 1 });
});

it("another metric of a known device was not sent: unknown", () => {
  const reconciliation = new Reconciliation();
  reconciliation.acknowledged(reconciliation.sent({ device: "pump", metric: "a", eventTimeUs: 1, value: 1 }));
  reconciliation.received({ device: "pump", metric: "b", eventTimeUs: 1, value: 1, stamped: false });
  expect(reconciliation.report()).toMatchObject({ ...none, missing: 1, unknown: 1 });
});

it("readings sent without event time are matched with stamped ones by value", () => {
  expect(
    reconcile(
      [
        [null, 20],
        [null, 20],
      ],
      [
        [5, 20, true],
        [9, 20, true],
      ],
    ),
  ).toMatchObject(none);
  expect(
    reconcile(
      [[null, 20]],
      [
        [5, 20, true],
        [9, 20, true],
      ],
    ),
  ).toMatchObject({ ...none, duplicated: 1 });
  expect(reconcile([[null, 20]], [[5, 20]])).toMatchObject({ ...none, missing: 1, unknown: 1 });
});

it("any shuffle of what was sent is complete, and taking one acknowledged away is one missing", () => {
  const reading = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3 }));
  const shuffled = fc
    .array(reading, { minLength: 1 })
    .chain((sent) => fc.record({ sent: fc.constant(sent), received: fc.shuffledSubarray(sent, { minLength: sent.length }) }));
  fc.assert(
    fc.property(shuffled, ({ sent, received }) => {
      expect(isComplete(reconcile(sent, received))).toBe(true);
      expect(reconcile(sent, received.slice(1))).toMatchObject({ ...none, missing: 1 });
    }),
  );
});
