import { expect, test } from "vitest";
import { cloudEvent } from "../../../src/codec/cloud-events.ts";
import type { PlacedRecord } from "../../../src/codec/record-text.ts";
import type { Lane } from "../../../src/model/lane.ts";
import { alertFor, readingsFrom, resultFor } from "../../support/records.ts";
import { origin } from "../../support/sink-batches.ts";

function placed(record: PlacedRecord<Lane>["record"]) {
  return { gatewayId: origin.gatewayId, offset: 7, ingestTimeUs: 5, record } as never;
}

test("a reading as an event has a key of its own, its event time to the microsecond, and what an export writes", () => {
  const [reading] = readingsFrom(0, 1);
  const record = { ...reading!, eventTimeUs: 1_700_000_000_000_001, value: -0 };
  expect(cloudEvent("readings", placed(record), origin)).toBe(
    '{"specversion":"1.0","type":"io.tidegate.reading","source":"/tidegate/plant-1",' +
      `"id":"plant-1/${origin.logId}/readings/7","time":"2023-11-14T22:13:20.000001Z","subject":"device-0/temperature",` +
      '"datacontenttype":"application/json","data":{"gateway":"plant-1","offset":7,"device":"device-0","metric":"temperature",' +
      '"eventTimeUs":1700000000000001,"ingestTimeUs":5,"value":-0,"quality":0}}',
  );
});

test.each([
  [Number.MAX_SAFE_INTEGER, "2255-06-05T23:47:34.740991Z"],
  [Number.MIN_SAFE_INTEGER, "1684-07-28T00:12:25.259009Z"],
  [-1, "1969-12-31T23:59:59.999999Z"],
])("times at the ends of the range are exact: %i", (eventTimeUs, time) => {
  expect(JSON.parse(cloudEvent("alerts", placed({ ...alertFor(1), eventTimeUs }), origin))).toMatchObject({ time });
});

test("a result has the time of the end of its window", () => {
  const event = JSON.parse(cloudEvent("results", placed(resultFor(1)), origin));
  expect(event).toMatchObject({
    type: "io.tidegate.result",
    time: "1970-01-01T00:02:00.000000Z",
    data: { endUs: 120_000_000 },
  });
});
