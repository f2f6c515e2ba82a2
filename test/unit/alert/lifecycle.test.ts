import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inactive, type Life, type LifeEvent, nextLife } from "../../../src/alert/lifecycle.ts";

const evidence = { value: 81, measure: 81 };
const pending: Life = { kind: "pending", sinceUs: 100, ...evidence };
const firing: Life = { kind: "firing" };
const resolved: Life = { kind: "resolved" };

function event(kind: LifeEvent["kind"], nowUs: number): LifeEvent {
  return { kind, nowUs, ...evidence };
}

describe("the life of an alert", () => {
  test.each<[Life, LifeEvent["kind"], number, number, Life["kind"]]>([
    [inactive, "holds", 100, 0, "firing"],
    [inactive, "holds", 100, 10, "pending"],
    [inactive, "fails", 100, 0, "inactive"],
    [inactive, "clears", 100, 0, "inactive"],
    [inactive, "elapsed", 100, 0, "inactive"],
    [pending, "holds", 109, 10, "pending"],
    [pending, "holds", 110, 10, "firing"],
    [pending, "elapsed", 109, 10, "pending"],
    [pending, "elapsed", 110, 10, "firing"],
    [pending, "fails", 110, 10, "inactive"],
    [pending, "clears", 110, 10, "inactive"],
    [firing, "holds", 100, 0, "firing"],
    [firing, "fails", 100, 0, "firing"],
    [firing, "elapsed", 100, 0, "firing"],
    [firing, "clears", 100, 0, "resolved"],
    [resolved, "holds", 100, 0, "firing"],
    [resolved, "holds", 100, 10, "pending"],
    [resolved, "fails", 100, 0, "resolved"],
    [resolved, "clears", 100, 0, "resolved"],
    [resolved, "elapsed", 100, 0, "resolved"],
  ])("%o, when it %s at %d and must hold for %d, goes on as %s", (life, kind, nowUs, holdUs, expected) => {
    expect(nextLife(life, event(kind, nowUs), holdUs).kind).toBe(expected);
  });

  test("one that stays pending remembers since when, and what was judged last", () => {
    const next = nextLife(pending, { kind: "holds", nowUs: 105, value: 90, measure: 90 }, 10);
    expect(next).toEqual({ kind: "pending", sinceUs: 100, value: 90, measure: 90 });
  });

  const follows: Record<Life["kind"], Life["kind"][]> = {
    inactive: ["pending", "firing"],
    pending: ["inactive", "firing"],
    firing: ["resolved"],
    resolved: ["pending", "firing"],
  };

  test("whatever happens, only these transitions occur: between two firing there is a resolved", () => {
    const kinds = fc.constantFrom<LifeEvent["kind"]>("holds", "fails", "clears", "elapsed");
    const steps = fc.array(fc.tuple(kinds, fc.nat(5)), { maxLength: 50 });
    fc.assert(
      fc.property(steps, fc.nat(8), (events, holdUs) => {
        let life: Life = inactive;
        let nowUs = 0;
        for (const [kind, afterUs] of events) {
          nowUs += afterUs;
          const next = nextLife(life, event(kind, nowUs), holdUs);
          if (next.kind !== life.kind) expect(follows[life.kind]).toContain(next.kind);
          else if (kind !== "holds" || next.kind !== "pending") expect(next).toBe(life);
          life = next;
        }
      }),
    );
  });
});
