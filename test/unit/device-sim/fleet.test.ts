import { expect, it } from "vitest";
import { tidegate } from "#proto";
import { deviceMessages, type FleetOptions } from "../../../device-sim/fleet.ts";
import { formats } from "../../../device-sim/message.ts";

const { ReadingBatch } = tidegate.v1;
const startUs = Date.UTC(2026, 0, 1) * 1000;
const options: FleetOptions = {
  devices: 1,
  metrics: 3,
  rate: 10,
  durationMs: 2500,
  waveform: "mixed",
  format: "json",
  batchReadings: 10,
  prefix: "sensor",
  url: "mqtt://127.0.0.1:1",
  qos: 1,
  mqttVersion: 4,
  windowMax: 64,
  seed: 1,
};

function all(changes: Partial<FleetOptions>, device = "sensor-001") {
  return [...deviceMessages(device, { ...options, ...changes }, startUs)];
}

it.each(formats)("format %s: every series has rate times duration readings", (format) => {
  const readings = all({ format }).flatMap(({ message }) => message.readings);
  const perMetric = countBy(readings.map(({ metric }) => metric));
  expect(perMetric).toEqual({ temperature: 25, pressure: 25, humidity: 25 });
});

it.each(["json", "object", "batch"] as const)("format %s: event times rise strictly within a series", (format) => {
  const rate = format === "batch" ? 250_000 : 1000;
  const readings = all({ format, rate, durationMs: 100 }).flatMap(({ message }) => message.readings);
  for (const metric of ["temperature", "pressure", "humidity"]) {
    const times = readings.filter((reading) => reading.metric === metric).map(({ eventTimeUs }) => eventTimeUs ?? 0);
    expect(times.length).toBe(rate / 10);
    for (let i = 1; i < times.length; i++) expect(times[i]!).toBeGreaterThan(times[i - 1]!);
  }
});

it("no message is due before its readings were measured", () => {
  for (const format of formats) {
    for (const { dueUs, message } of all({ format })) {
      for (const { eventTimeUs } of message.readings) expect(eventTimeUs ?? 0).toBeLessThanOrEqual(dueUs);
    }
  }
});

it("the same seed gives the same messages, another seed or device others", () => {
  expect(all({})).toEqual(all({}));
  expect(all({})).not.toEqual(all({ seed: 2 }));
  expect(values(all({}, "sensor-001"))).not.toEqual(values(all({}, "sensor-002")));
});

it("one more metric leaves the values of the others as they were", () => {
  const temperatures = (metrics: number) =>
    values(all({ metrics }).filter(({ message }) => message.topic.endsWith("/temperature")));
  expect(temperatures(7)).toEqual(temperatures(1));
});

it("json says what the ledger will say", () => {
  for (const { message } of all({ format: "json" })) {
    const [reading] = message.readings;
    expect(message.topic).toBe(`sensors/sensor-001/${reading!.metric}`);
    expect(JSON.parse(String(message.payload))).toEqual({ v: Number(reading!.value), ts: reading!.eventTimeUs! / 1000 });
  }
});

it("object says what the ledger will say", () => {
  for (const { message } of all({ format: "object" })) {
    const { ts, ...metrics } = JSON.parse(String(message.payload));
    expect(message.topic).toBe("sensors/sensor-001");
    expect(metrics).toEqual(Object.fromEntries(message.readings.map(({ metric, value }) => [metric, Number(value)])));
    for (const { eventTimeUs } of message.readings) expect(eventTimeUs).toBe(ts * 1000);
  }
});

it("batch says what the ledger will say, and the last message holds the rest", () => {
  const messages = all({ format: "batch" }).map(({ message }) => message);
  expect(messages.map(({ readings }) => readings.length)).toEqual([30, 30, 15]);
  for (const { payload, topic, readings } of messages) {
    expect(topic).toBe("tg/v1/sensor-001");
    const decoded = ReadingBatch.decode(payload as Buffer).series.flatMap((series) => {
      let eventTimeUs = 0;
      return (series.numbers ?? []).map((number, i) => {
        eventTimeUs += series.eventTimeUsDeltas![i]!;
        return { metric: series.metric, unit: series.unit, eventTimeUs, value: String(number) };
      });
    });
    expect(decoded).toEqual(readings);
  }
});

function values(messages: ReturnType<typeof all>): string[] {
  return messages.flatMap(({ message }) => message.readings.map(({ value }) => value));
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
