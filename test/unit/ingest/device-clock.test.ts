import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DeviceClock } from "../../../src/ingest/device-clock.ts";

const second = 1_000_000;
const minute = 60 * second;
const hour = 60 * minute;
const startUs = Date.UTC(2026, 0, 1) * 1000;
const limits = { offsetMinUs: 2 * second, timeMinUs: Date.UTC(2000, 0, 1) * 1000 };
const horizonUs = 5 * minute;
const halfHorizonUs = horizonUs / 2;

/** A device and the way of its messages to the gateway. */
class Sensor {
  readonly clock = new DeviceClock(horizonUs);
  nowUs = startUs;
  /** What the device's clock lacks. */
  behindUs = 0;

  /** A message that was made `delayUs` ago. */
  send(delayUs = 0): this {
    this.clock.observe({ ingestTimeUs: this.nowUs, rawTimeUs: this.nowUs - delayUs - this.behindUs }, limits);
    return this;
  }

  /** A message every `everyUs`. */
  run(durationUs: number, everyUs = second, delayUs = () => 20_000): this {
    for (const endUs = this.nowUs + durationUs; this.nowUs < endUs; this.nowUs += everyUs) this.send(delayUs());
    return this;
  }
}

const year1970 = startUs;
const year2100 = startUs - Date.UTC(2100, 0, 1) * 1000;

describe("a device that is seen for the first time", () => {
  test("has no offset if its time is right", () => {
    const { clock } = new Sensor().send(30_000);
    expect([clock.offsetUs, clock.estimateUs]).toEqual([0, 30_000]);
  });

  test.each([
    ["1970", year1970],
    ["2100", year2100],
    ["ahead by 10 s", -10 * second],
  ])("is known at once to be wrong in %s", (_when, behindUs) => {
    const sensor = new Sensor();
    sensor.behindUs = behindUs;
    expect(sensor.send().clock.offsetUs).toBe(behindUs);
  });

  test("is not taken for wrong because its first message is old", () => {
    const { clock } = new Sensor().send(3 * hour);
    expect([clock.offsetUs, clock.estimateUs]).toEqual([0, null]);
  });
});

describe("a clock that changes", () => {
  test.each([
    ["boots in 1970", year1970],
    ["jumps to 2100", year2100],
    ["jumps ahead by a minute", -minute],
  ])("and %s is followed from the second message on", (_what, behindUs) => {
    const sensor = new Sensor().run(horizonUs);
    sensor.behindUs = behindUs;
    expect(sensor.send().clock.offsetUs).toBe(0);
    expect(sensor.send(10_000).clock.offsetUs).toBe(behindUs + 10_000);
  });

  test("and falls behind is followed after half the horizon, and not before", () => {
    const sensor = new Sensor().run(horizonUs);
    sensor.behindUs = minute;
    expect(sensor.run(halfHorizonUs - 20 * second).clock.offsetUs).toBe(0);
    expect(sensor.run(40 * second).clock.offsetUs).toBe(minute + 20_000);
  });

  test.each([year1970, year2100, -minute, minute])("and is set right is right at once, after %d us", (behindUs) => {
    const sensor = new Sensor();
    sensor.behindUs = behindUs;
    expect(sensor.run(horizonUs).clock.offsetUs).not.toBe(0);
    sensor.behindUs = 0;
    expect(sensor.send().clock.offsetUs).toBe(0);
  });

  test("by drifting is followed, and nothing moves between", () => {
    const sensor = new Sensor().run(horizonUs);
    const offsets = new Set<number>();
    for (let i = 0; i < 600; i++) {
      sensor.behindUs += 10_000;
      offsets.add(sensor.run(20 * second, 5 * second).clock.offsetUs);
    }
    expect(Math.abs(sensor.clock.offsetUs - sensor.behindUs)).toBeLessThan(limits.offsetMinUs);
    // From 2 s to 6 s in steps of more than half a second.
    expect(offsets.size).toBeLessThanOrEqual(10);
  });
});

describe("delay is not offset", () => {
  test("a backlog that drains fast after an outage leaves no trace", () => {
    const sensor = new Sensor().run(horizonUs);
    for (let ageUs = 2 * hour; ageUs >= 0; ageUs -= 10 * second) sensor.send(ageUs);
    expect(sensor.run(minute).clock.offsetUs).toBe(0);
  });

  test("nor does one that drains for longer than the horizon, also of a device that was not known", () => {
    for (const sensor of [new Sensor().run(horizonUs), new Sensor()]) {
      for (let ageUs = hour; ageUs > 0; ageUs -= second / 2) {
        sensor.nowUs += second / 2;
        expect(sensor.send(ageUs).clock.offsetUs).toBe(0);
      }
    }
  });

  test("a network that holds back most messages does not matter as long as one a span comes through", () => {
    let number = 0;
    const delays = () => (number++ % 15 === 0 ? 20_000 : 8 * second);
    expect(new Sensor().run(2 * horizonUs, second, delays).clock.estimateUs).toBe(20_000);
  });

  test("whatever the delays, the offset of a wrong clock is found to the limit", () => {
    const slow = fc.array(fc.oneof(fc.nat(100_000), fc.nat(hour)), { minLength: 30, maxLength: 30 });
    const years = fc.integer({ min: -30 * 365 * 24 * hour, max: 20 * 365 * 24 * hour });
    fc.assert(
      fc.property(slow, fc.oneof(years, fc.constant(year1970)), (slowUs, behindUs) => {
        const sensor = new Sensor();
        sensor.behindUs = behindUs;
        // Of every six messages one is on time.
        let number = 0;
        const delayUs = () => (++number % 6 === 0 ? 50_000 : (slowUs[number % 30] as number));
        sensor.send().run(2 * horizonUs, second, delayUs);
        const wrongUs = sensor.clock.offsetUs - behindUs;
        expect(Math.abs(wrongUs)).toBeLessThanOrEqual(limits.offsetMinUs);
      }),
      { numRuns: 200 },
    );
  });
});

test("one absurd time counts for nothing, whenever it comes", () => {
  for (const absurdUs of [year1970, year2100, -hour]) {
    const sensor = new Sensor().run(minute);
    for (let i = 0; i < 50; i++) {
      sensor.behindUs = absurdUs;
      expect(sensor.send().clock.offsetUs).toBe(0);
      sensor.behindUs = 0;
      expect(sensor.run(3 * second).clock.offsetUs).toBe(0);
    }
  }
});

test("a device that sends once an hour is followed by its last messages", () => {
  const sensor = new Sensor().run(20 * hour, hour);
  sensor.behindUs = 10 * minute;
  expect(sensor.run(7 * hour, hour).clock.offsetUs).toBe(0);
  expect(sensor.run(hour, hour).clock.offsetUs).toBe(10 * minute + 20_000);
});

test("an offset about the limit is not on and off", () => {
  const sensor = new Sensor();
  sensor.behindUs = -2.3 * second;
  sensor.send();
  for (const behindUs of [-2.1 * second, -1.9 * second, -2.1 * second, -1.9 * second]) {
    sensor.behindUs = behindUs;
    expect(sensor.run(2 * horizonUs).clock.offsetUs).toBe(-2.3 * second);
  }
  sensor.behindUs = -0.9 * second;
  expect(sensor.run(2 * horizonUs).clock.offsetUs).toBe(0);
});

test("the gateway's clock may go back, and clocks are followed as before", () => {
  const sensor = new Sensor().run(horizonUs);
  sensor.nowUs -= hour;
  expect(sensor.run(minute).clock.offsetUs).toBe(0);
  sensor.behindUs = minute;
  expect(sensor.run(horizonUs).clock.offsetUs).toBe(minute + 20_000);
});
