import { expect, test } from "vitest";
import { AddressTemplate } from "../../../src/forward/sinks/address-template.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { numberedBatch, origin } from "../../support/sink-batches.ts";

function addressOf(template: string, names: Partial<Reading>, forbidden = /[+#/]/g): string {
  const [placed] = numberedBatch(0, 1, names).records;
  if (placed === undefined) throw new Error("a batch has a record");
  return new AddressTemplate({ template, origin, forbidden }).addressOf("readings", placed);
}

test("names stand where the placeholders were", () => {
  const all = "a/{gateway}/{log}/{lane}/{device}.{metric}/{device}";
  expect(addressOf(all, { device: "press-1", metric: "force" })).toBe(
    `a/plant-1/${origin.logId}/readings/press-1.force/press-1`,
  );
});

test("what may not stand in an address is replaced in names, and only there", () => {
  expect(addressOf("a/{device}/{metric}", { device: "line/3", metric: "+#" })).toBe("a/line_3/__");
});

test("a name that looks like a placeholder, or like a pattern of replacement, is a name", () => {
  expect(addressOf("{device}/{metric}", { device: "{metric}", metric: "$&" })).toBe("{metric}/$&");
});

test("'all' stands for what a result spans", () => {
  expect(addressOf("{device}/{metric}", { device: "", metric: "force" })).toBe("all/force");
});

test("names that differ have addresses that differ where nothing is replaced, also in memory", () => {
  const template = new AddressTemplate({ template: "{device}/{metric}", origin, forbidden: /[/]/g });
  const [one, other] = [
    { device: "a", metric: "b" },
    { device: "a\nb", metric: "" },
  ].map((names) => numberedBatch(0, 1, names).records[0]);
  if (one === undefined || other === undefined) throw new Error("a batch has a record");
  expect([template.addressOf("readings", one), template.addressOf("readings", other)]).toEqual(["a/b", "a\nb/all"]);
});
