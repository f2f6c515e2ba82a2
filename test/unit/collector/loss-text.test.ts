import { describe, expect, test } from "vitest";
import { lossCsvHeader, lossCsvLine, lossNdjsonLine } from "../../../src/collector/loss-text.ts";

describe("losses", () => {
  const about = { gatewayId: "gw-1", logId: "log-1", lane: "readings", reason: "size" } as const;
  const listed = { ...about, fromOffset: 5, toOffset: 9, records: 4, sinceUs: 17, untilUs: 18 };
  const older = { ...about, fromOffset: null, toOffset: null, records: 7, sinceUs: null, untilUs: null };

  test("have their keys in the documented order; what is not known is null, or empty", () => {
    expect(lossNdjsonLine(listed)).toBe(
      '{"gateway":"gw-1","log":"log-1","lane":"readings","fromOffset":5,"toOffset":9,"records":4,"reason":"size","sinceUs":17,"untilUs":18}',
    );
    expect(JSON.parse(lossNdjsonLine(older))).toMatchObject({ fromOffset: null, records: 7, untilUs: null });
    expect(lossCsvHeader).toBe("gateway,log,lane,fromOffset,toOffset,records,reason,sinceUs,untilUs");
    expect(lossCsvLine(listed)).toBe("gw-1,log-1,readings,5,9,4,size,17,18");
    expect(lossCsvLine(older)).toBe("gw-1,log-1,readings,,,7,size,,");
  });
});
