/**
 * Two tabs, one store and the service under chance: lost, cut, late and doubled answers, pokes, late watches, commits of other tabs,
 * rewritten copies, kills, wipes, sleep, tokens of nobody and of somebody else, a service that is restored. What fails shrinks to a schedule; each rule that is taken out is found
 * missing (`CLIENT_MUTANTS=all`). `CLIENT_MODEL_RUNS`: more of them.
 */
import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { ALL_RULES, type ClientRules } from '../../support/model/rules.ts';
import { RESTORE, run, SHARES } from '../../support/model/run.ts';

const RUNS = Number(process.env.CLIENT_MODEL_RUNS ?? 300);
/** In the long form each; to find what the lack of some breaks takes thousands of schedules. */
const TAKEN_OUT = process.env.CLIENT_MUTANTS === 'all' ? (Object.keys(ALL_RULES) as (keyof ClientRules)[]) : [];
const schedule = (kind: fc.Arbitrary<number>) =>
  fc.array(fc.record({ kind, pick: fc.nat(60) }), { minLength: 10, maxLength: 120 });
const SCHEDULE = schedule(fc.nat(SHARES - 1));
/** What a lack of this rule breaks takes a restored service, which is rare in the others. */
const WITH_RESTORES = schedule(
  fc.oneof({ weight: 9, arbitrary: fc.nat(SHARES - 1) }, { weight: 1, arbitrary: fc.constant(RESTORE) }),
);

const property = (rules: ClientRules) =>
  fc.property(rules.namesHigher ? SCHEDULE : WITH_RESTORES, fc.nat(1_000_000), (moves, seed) => {
    const fault = run(moves, seed, rules);
    if (fault !== null) throw new Error(fault);
  });

describe('invariants 2, 3, 4, 5, 6, 7, 8, 19, 23, 24, 25, 26, 27', () => {
  it('hold under any schedule, and all tabs end with what the service has', { timeout: 300_000 }, () => {
    fc.assert(property(ALL_RULES), { numRuns: RUNS });
  });

  it.each(TAKEN_OUT)('are found broken without the rule %s', { timeout: 300_000 }, (rule) => {
    const without = { ...ALL_RULES, [rule]: false };
    const found = fc.check(property(without), {
      numRuns: 20 * RUNS,
      endOnFailure: true,
      seed: inject('seed' as never),
    });
    expect(found.failed).toBe(true);
  });
});
