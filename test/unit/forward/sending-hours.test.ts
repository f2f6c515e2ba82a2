import { expect, test } from "vitest";
import { cronFault, SendingHours } from "../../../src/forward/sending-hours.ts";

/** In the time zone of the host, as the expressions are. */
const at = (hour: number, minute = 0) => new Date(2026, 10, 24, hour, minute).getTime() * 1000;

test("without hours it is always open", () => {
  expect(new SendingHours([]).isOpen(at(3))).toBe(true);
});

test("it is open from each time that the expression names, for so long", () => {
  const hours = new SendingHours([{ start: "0 1 * * *", forMs: 4 * 3_600_000 }]);
  expect([0, 1, 3, 4].map((hour) => hours.isOpen(at(hour, 59)))).toEqual([false, true, true, true]);
  expect([hours.isOpen(at(1)), hours.isOpen(at(5, 1))]).toEqual([true, false]);
  expect(hours.opensAtUs(at(0, 30))).toBe(at(1));
});

test("several hours add up, over midnight too", () => {
  const hours = new SendingHours([
    { start: "30 23 * * *", forMs: 3_600_000 },
    { start: "0 12 * * *", forMs: 60_000 },
  ]);
  expect([hours.isOpen(at(0, 10)), hours.isOpen(at(0, 40)), hours.isOpen(at(12)), hours.isOpen(at(23, 45))]).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect(hours.opensAtUs(at(0, 40))).toBe(at(12));
});

test("an expression that is none is said", () => {
  expect(cronFault("0 1 * * *")).toBeNull();
  expect(cronFault("0 25 * * *")).toMatch("is no cron expression");
  expect(cronFault("* * * * * *")).toMatch("is no cron expression");
  expect(cronFault("0 0 30 2 *")).toMatch("names no time");
});
