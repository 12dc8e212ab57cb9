/**
 * The task machine as a model, on the real object and its real stores: random sequences of commands, each step judged by
 * what truly happened (DESIGN "Invariants"). `MODEL_RUNS` sets how many sequences, `TEST_SEED` which.
 */

import { beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { report } from '../../support/faults/report.ts';
import { campaign } from '../../support/object-model/campaign.ts';
import { controlClockAndChance } from '../../support/object-model/clock.ts';
import { MUTANTS } from '../../support/object-model/rules.ts';
import { Tally } from '../../support/object-model/tally.ts';

vi.setConfig({ testTimeout: 24 * 3_600_000 });

/** Most rounds of sequences in which each rare thing must have happened, each of another seed. */
const MOST_ROUNDS = 5;
/** Most sequences in which a mutant must be found. */
const MUTANT_RUNS = 60;

controlClockAndChance();
beforeEach(() => {
  // Each call that is lost would be told.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});

it('no sequence of commands breaks a rule, every accepted task ends, and each rare thing happens', async () => {
  const [first, sequences] = [inject('seed'), inject('modelRuns')];
  const tally = new Tally();
  let seed = first;
  do {
    expect(await campaign(seed, sequences, tally)).toBeNull();
    seed += 1;
  } while (tally.lacking.length > 0 && seed < first + MOST_ROUNDS);
  expect(tally.lacking).toEqual([]);
  const { commands, sometimes } = tally;
  await report('object-model', 'campaign', {
    seed: first,
    sequences: sequences * (seed - first),
    commands,
    sometimes,
    faults: 0,
  });
});

describe('a rule that is taken out is found missing', () => {
  it.each(MUTANTS)('$rule', async ({ rule, rules, finds }) => {
    const broken = await campaign(inject('seed'), MUTANT_RUNS, new Tally(), rules);
    await report('object-mutants', rule, { rule, found: broken?.rule ?? null });
    expect(broken?.rule).toMatch(finds);
  });
});
