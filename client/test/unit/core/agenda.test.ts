/** The order in which names become due, beside a list that is searched whole. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Agenda } from '../../../src/core/agenda.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const STEP = fc.record({
  name: fc.constantFrom(...NAMES),
  at: fc.oneof(fc.nat(40), fc.constant(Number.POSITIVE_INFINITY)),
  passes: fc.nat(3),
});

it('names each once its moment has come, until it gets another one, and the next moment of the others', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 60 }), (steps) => {
      const agenda = new Agenda();
      const list = new Map<string, number>();
      let now = 0;
      for (const { name, at, passes } of steps) {
        now += passes;
        agenda.set(name, at);
        list.set(name, at);
        expect(new Set(agenda.due(now))).toEqual(new Set(NAMES.filter((one) => (list.get(one) ?? 1e9) <= now)));
        expect(agenda.next).toBe(Math.min(Number.POSITIVE_INFINITY, ...[...list.values()].filter((one) => one > now)));
      }
    }),
  );
});
