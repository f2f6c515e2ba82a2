import { expect, test } from "vitest";
import { type PressuredStream, PressureGate } from "../../../src/collector/pressure-gate.ts";

class Stream implements PressuredStream {
  isReading = true;

  pause(): void {
    this.isReading = false;
  }

  resume(): void {
    this.isReading = true;
  }
}

test("one stream may have all of the limit, and is held above it until there is room", () => {
  const gate = new PressureGate(100);
  const stream = new Stream();
  gate.enter(stream, 100);
  expect(stream.isReading).toBe(true);
  gate.enter(stream, 1);
  expect(stream.isReading).toBe(false);
  gate.leave(stream, 1);
  expect(stream.isReading).toBe(true);
});

test("while one stream floods, those with less than their share are read on", () => {
  const gate = new PressureGate(100);
  const [flooding, small, other] = [new Stream(), new Stream(), new Stream()];
  gate.enter(flooding, 150);
  gate.enter(small, 10);
  gate.enter(other, 10);
  expect([flooding, small, other].map(({ isReading }) => isReading)).toEqual([false, true, true]);
  gate.enter(small, 30);
  expect(small.isReading).toBe(false);
  gate.leave(small, 10);
  expect([flooding.isReading, small.isReading]).toEqual([false, true]);
  gate.leave(flooding, 100);
  expect(flooding.isReading).toBe(true);
});

test("never more than twice the limit waits, and a message of each stream, in whatever order they come", () => {
  const gate = new PressureGate(100);
  const streams = Array.from({ length: 20 }, () => new Stream());
  let waiting = 0;
  for (const stream of streams) {
    while (stream.isReading && waiting < 10_000) {
      gate.enter(stream, 3);
      waiting += 3;
    }
  }
  expect(waiting).toBeLessThanOrEqual(2 * 100 + 20 * 3);
});

test("a stream that is released is not resumed, and what it had waiting makes room for others", () => {
  const gate = new PressureGate(100);
  const [ended, other] = [new Stream(), new Stream()];
  gate.enter(ended, 110);
  gate.enter(other, 60);
  gate.release(ended);
  gate.leave(ended, 110);
  expect([ended.isReading, other.isReading]).toEqual([false, true]);
});
