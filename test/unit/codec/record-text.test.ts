import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvHeader, csvLine, ndjsonLine } from "../../../src/codec/record-text.ts";
import type { Value } from "../../../src/model/reading.ts";
import { resultFor } from "../../support/records.ts";

function reading(value: Value, unit = "", tags = "") {
  const about = { device: "press-1", metric: "temperature", unit, tags };
  const record = { ...about, eventTimeUs: 1_700_000_000_000_001, value, quality: 0, correctionUs: 0 };
  return { gatewayId: "gw-1", logId: "log-1", offset: 7, ingestTimeUs: 1_700_000_000_500_000, record };
}

const alert = {
  gatewayId: "gw-1",
  logId: "log-1",
  offset: 0,
  ingestTimeUs: 5,
  record: {
    rule: "hot",
    device: "a",
    metric: "b",
    tag: "",
    state: "firing" as const,
    severity: "critical" as const,
    eventTimeUs: 4,
    value: 91.5 as Value | null,
    causeOffset: 3,
    detail: "91.5 is above 90",
  },
};

describe("NDJSON", () => {
  test("a reading has its keys in the documented order", () => {
    expect(ndjsonLine("readings", reading(21.5))).toBe(
      '{"gateway":"gw-1","offset":7,"device":"press-1","metric":"temperature","eventTimeUs":1700000000000001,' +
        '"ingestTimeUs":1700000000500000,"value":21.5,"quality":0}',
    );
  });

  test("a unit stands behind the value where there is one", () => {
    expect(ndjsonLine("readings", reading(1, "Cel"))).toContain('"value":1,"unit":"Cel","quality":0}');
  });

  test("the time that the device sent stands behind the quality where the event time is another one", () => {
    const { record, ...about } = reading(1, "", "line=3");
    const corrected = { ...about, record: { ...record, quality: 2, correctionUs: 1_700_000_000_000_000 } };
    expect(ndjsonLine("readings", corrected)).toContain(
      '"eventTimeUs":1700000000000001,"ingestTimeUs":1700000000500000,"value":1,"quality":2,"rawEventTimeUs":1,"tags":{"line":"3"}}',
    );
    expect(csvLine("readings", corrected)).toContain(",1,,2,1,line=3");
  });

  test("tags are an object at the end, where there are any", () => {
    expect(ndjsonLine("readings", reading(1, "", "line=3,site=Nörd"))).toContain(
      '"value":1,"quality":0,"tags":{"line":"3","site":"Nörd"}}',
    );
    expect(ndjsonLine("readings", reading("", "", "__proto__=a"))).toContain(
      '"value":"","quality":0,"tags":{"__proto__":"a"}}',
    );
  });

  test("negative zero keeps its sign", () => {
    expect(ndjsonLine("readings", reading(-0))).toContain('"value":-0,');
    expect(Object.is(JSON.parse(ndjsonLine("readings", reading(-0))).value, -0)).toBe(true);
  });

  test("every value reads back as it was", () => {
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(value, (written) => {
        const line = ndjsonLine("readings", reading(written));
        expect(line).not.toContain("\n");
        expect(Object.is(JSON.parse(line).value, written)).toBe(true);
      }),
    );
  });

  test("an alert has the fields of the model behind gateway and offset", () => {
    expect(ndjsonLine("alerts", alert)).toBe(
      '{"gateway":"gw-1","offset":0,"rule":"hot","device":"a","metric":"b","state":"firing","eventTimeUs":4,"value":91.5,"causeOffset":3,"severity":"critical","detail":"91.5 is above 90","tag":""}',
    );
  });

  test("an alert about readings that did not come has null for a value", () => {
    expect(ndjsonLine("alerts", { ...alert, record: { ...alert.record, value: null } })).toContain('"value":null,');
  });
});

describe("CSV", () => {
  test.each(["readings", "results", "alerts"] as const)(
    "the header of %s names the fields in the order of the lines",
    (lane) => {
      expect(csvHeader(lane).startsWith("gateway,offset,")).toBe(true);
    },
  );

  test("-0 is -0 also among the aggregates that have no column of their own", () => {
    const result = { ...reading(1), record: { ...resultFor(1), aggregates: { p99: -0, last: "a" } } };
    expect(csvLine("results", result)).toMatch(/,"\{""p99"":-0,""last"":""a""\}"$/);
  });

  test("a line has a field for every name of the header", () => {
    expect(csvHeader("readings")).toBe(
      "gateway,offset,device,metric,eventTimeUs,ingestTimeUs,value,unit,quality,rawEventTimeUs,tags",
    );
    expect(csvLine("readings", reading(-0, "Cel"))).toBe(
      "gw-1,7,press-1,temperature,1700000000000001,1700000000500000,-0,Cel,0,,",
    );
    expect(csvLine("readings", reading(1, "", "line=3,site=north"))).toContain(',1,,0,,"line=3,site=north"');
    expect(csvHeader("alerts").split(",")).toHaveLength(csvLine("alerts", alert).split(",").length);
    expect(csvHeader("alerts")).toBe(
      "gateway,offset,rule,device,metric,state,eventTimeUs,value,causeOffset,severity,detail,tag",
    );
    expect(csvLine("alerts", alert)).toBe("gw-1,0,hot,a,b,firing,4,91.5,3,critical,91.5 is above 90,");
    expect(csvLine("alerts", { ...alert, record: { ...alert.record, value: null } })).toContain(",4,,3,");
  });

  test("commas, quotes and line ends in texts are quoted", () => {
    expect(csvLine("readings", reading('a,"b"\r\nc'))).toContain(',"a,""b""\r\nc",');
    expect(csvLine("readings", reading(1, 'in"'))).toContain(',"in""",');
  });

  test("the text 1 differs from the number 1", () => {
    expect(csvLine("readings", reading("1"))).toContain(',"1",');
    expect(csvLine("readings", reading(1))).toContain(",1,");
  });
});
