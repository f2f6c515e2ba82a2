// Several writes can be refused at once: the bound of the quarantine holds nevertheless, and what goes is counted once.

import { expect, test } from "vitest";
import { Quarantine } from "../../../src/forward/quarantine.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { readingsFrom } from "../../support/records.ts";

test("what is refused at the same time is kept up to the bound, and the rest is counted", async () => {
  const log = createMemoryLog({ clock: new FakeClock() });
  await new Promise((resolve) => log.append({ readings: readingsFrom(0, 20) }, resolve));
  const quarantine = new Quarantine({ sinkName: "s", recordsMax: 4, log });
  const refuse = (offset: number) => quarantine.put("readings", [{ offset, reason: "no" }], offset);
  for (let offset = 0; offset < 4; offset++) await refuse(offset);
  await Promise.all([4, 5, 6].map(refuse));
  expect(quarantine.list().map(({ offset }) => offset)).toEqual([3, 4, 5, 6]);
  expect(quarantine.dropped).toBe(3);
});
