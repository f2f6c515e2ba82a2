import fc from "fast-check";
import { expect, test } from "vitest";
import { type Waiting, WaitList } from "../../../src/alert/wait-list.ts";

test("gives those that have waited for long enough, in the order in which they began, whoever left meanwhile", () => {
  const steps = fc.array(fc.oneof(fc.constant("add" as const), fc.nat(20)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.nat(60), (actions, untilUs) => {
      const list = new WaitList<number>();
      const kept: Waiting<number>[] = [];
      for (const [nowUs, action] of actions.entries()) {
        if (action === "add") kept.push(list.add(nowUs, nowUs));
        else for (const gone of kept.splice(action, 1)) list.remove(gone);
      }
      expect(list.firstSinceUs).toBe(kept[0]?.sinceUs ?? Number.POSITIVE_INFINITY);
      expect(list.until(untilUs)).toEqual(kept.filter(({ sinceUs }) => sinceUs <= untilUs));
    }),
  );
});
