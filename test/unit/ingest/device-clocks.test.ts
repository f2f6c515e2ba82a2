import { expect, test } from "vitest";
import { DeviceClocks } from "../../../src/ingest/device-clocks.ts";

const limits = { offsetMinUs: 2_000_000, timeMinUs: 0 };
const nowUs = Date.UTC(2026, 0, 1) * 1000;

function observe(clocks: DeviceClocks, device: string, aheadUs: number): number {
  return clocks.observe(device, { ingestTimeUs: nowUs, rawTimeUs: nowUs + aheadUs }, limits);
}

test("each device has its own offset, and the farthest is named", () => {
  const clocks = new DeviceClocks({ devicesMax: 10, horizonUs: 1 });
  expect(clocks.farthest()).toBeNull();
  expect([observe(clocks, "a", 5_000_000), observe(clocks, "b", 0), observe(clocks, "c", 9_000_000)]).toEqual([
    -5_000_000, 0, -9_000_000,
  ]);
  expect([clocks.offsetUsOf("a"), clocks.offsetUsOf("b"), clocks.offsetUsOf("unknown")]).toEqual([-5_000_000, 0, 0]);
  expect(clocks.farthest()).toEqual({ device: "c", offsetUs: -9_000_000 });
});

test("beyond the bound the device not heard of for longest is forgotten", () => {
  const clocks = new DeviceClocks({ devicesMax: 3, horizonUs: 1 });
  for (const device of ["a", "b", "c", "a", "d"]) {
    observe(clocks, device, 5_000_000);
    expect(clocks.size).toBeLessThanOrEqual(3);
  }
  expect(["a", "b", "c", "d"].map((device) => clocks.offsetUsOf(device))).toEqual([-5_000_000, 0, -5_000_000, -5_000_000]);
});
