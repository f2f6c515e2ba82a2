// The board against what it is meant to be: a bare fold over all transitions, whatever was kept and restored on the way.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Checkpoint } from "../../../src/log/log.ts";
import { AlertBoard } from "../../../src/notify/alert-board.ts";
import { alertChange, deskCheckpointOf } from "../../../src/notify/desk-checkpoint.ts";
import { transition } from "../../support/alert-transitions.ts";

const limits = { alertsMax: 3, resolvedMax: 1000 };
const webhooks = ["v", "w"];

type Step =
  | { readonly kind: "transition"; readonly state: "firing" | "resolved"; readonly device: string }
  | { readonly kind: "acknowledge"; readonly device: string }
  | { readonly kind: "settle"; readonly webhook: string; readonly share: number }
  /** What changed is kept; `fails`: it could not be. */
  | { readonly kind: "keep"; readonly fails: boolean }
  | { readonly kind: "restart" };

const device = fc.constantFrom("a", "b", "c", "d", "e");
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("transition"), state: fc.constantFrom("firing", "resolved"), device }),
  },
  fc.record({ kind: fc.constant("acknowledge"), device }),
  fc.record({
    kind: fc.constant("settle"),
    webhook: fc.constantFrom(...webhooks),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("keep"), fails: fc.boolean() }) },
  fc.record({ kind: fc.constant("restart") }),
) as fc.Arbitrary<Step>;

/** One alert from its firing to its end, by the most direct reading of the transitions. */
interface Life {
  readonly device: string;
  readonly from: number;
  to: number | null;
  acknowledged: boolean;
}

class BareFold {
  lives: Life[] = [];
  readonly settled = new Map(webhooks.map((name) => [name, 0]));

  active(): Life[] {
    return this.lives.filter(({ to }) => to === null);
  }

  take(state: string, of: string, offset: number): void {
    const open = this.active().find((life) => life.device === of);
    if (state === "resolved" && open !== undefined) open.to = offset;
    if (state === "resolved") return;
    this.lives = this.lives.filter((life) => life !== open);
    if (this.active().length < limits.alertsMax) this.lives.push({ device: of, from: offset, to: null, acknowledged: false });
  }

  waiting(): Life[] {
    const needed = Math.min(...this.settled.values());
    const waiting = this.lives.filter(({ to }) => to !== null && to >= needed);
    return waiting.sort((one, other) => (one.to ?? 0) - (other.to ?? 0));
  }
}

test("a board that is kept in parts and restored anywhere shows what a bare fold over all transitions shows", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const kept = new Map<string, Uint8Array>();
      const fold = new BareFold();
      let board = new AlertBoard(limits, fold.settled);
      let offset = 0;
      const keep = () => {
        for (const [of, each] of board.takeChanges()) {
          const { name, value } = alertChange(of, each);
          if (value === null) kept.delete(name);
          else kept.set(name, value);
        }
      };
      const restart = () => {
        keep();
        const parts: Checkpoint[] = Array.from(kept, ([name, value]) => ({ name, value }));
        board = new AlertBoard(limits, fold.settled);
        board.restore(deskCheckpointOf(parts).alerts);
      };
      for (const each of steps) {
        if (each.kind === "transition") {
          board.apply({ alert: transition(each.state, each.device), offset, atUs: offset });
          fold.take(each.state, each.device, offset++);
        } else if (each.kind === "acknowledge") {
          const found = board.find({ rule: "hot", device: each.device, metric: "t", tag: "" });
          const life = fold.active().find(({ device: of }) => of === each.device);
          expect(found === undefined).toBe(life === undefined);
          if (found === undefined || life === undefined) continue;
          // As the desk does it: kept first, then shown.
          keep();
          const acknowledged = { by: "ada", atUs: offset, comment: "" };
          const { name, value } = alertChange(found.offset, { ...found, acknowledged });
          if (value !== null) kept.set(name, value);
          found.acknowledged = acknowledged;
          life.acknowledged = true;
        } else if (each.kind === "settle") {
          const to = Math.max(fold.settled.get(each.webhook) ?? 0, Math.round(each.share * offset));
          board.settle(each.webhook, to);
          fold.settled.set(each.webhook, to);
        } else if (each.kind === "restart") restart();
        else if (each.fails) board.putBack(board.takeChanges());
        else keep();

        const shown = Array.from(board.active, ({ alert, offset: from, acknowledged }) => [
          alert.device,
          from,
          acknowledged !== null,
        ]);
        expect(shown).toEqual(fold.active().map(({ device: of, from, acknowledged }) => [of, from, acknowledged]));
        const waiting = board.resolved.map(({ offset: from, resolved }) => [from, resolved?.offset]);
        expect(waiting).toEqual(fold.waiting().map(({ from, to }) => [from, to]));
      }
      restart();
      expect(kept.size).toBe(fold.active().length + fold.waiting().length);
    }),
  );
});
