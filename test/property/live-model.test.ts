/**
 * Live sockets under chance (docs/live.md): commits, purges, lost, doubled and late messages, hubs that sleep or are killed, devices
 * that come and go. Without regular checks no connected device ends stale or deaf; each rule that is taken out is found missing.
 * `LIVE_MODEL_RUNS`: more of them.
 */
import { expect, it } from 'vitest';
import { ALL_RULES, type LiveRules } from '../support/live-model/rules.ts';
import { type Fault, run } from '../support/live-model/run.ts';

const RUNS = Number(process.env.LIVE_MODEL_RUNS ?? 4_000);
const SEED = Number(process.env.TEST_SEED ?? 1) * 1_000_000;

function firstFault(rules: LiveRules): (Fault & { seed: number }) | null {
  for (let seed = SEED; seed < SEED + RUNS; seed += 1) {
    const fault = run(seed, rules);
    if (fault !== null) return { ...fault, seed };
  }
  return null;
}

it('no connected device ends stale or deaf, and none goes back', { timeout: 120_000 }, () => {
  expect(firstFault(ALL_RULES)).toBeNull();
});

it.each(Object.keys(ALL_RULES) as (keyof LiveRules)[])(
  'finds it when %s is taken out',
  { timeout: 120_000 },
  (rule) => {
    expect(firstFault({ ...ALL_RULES, [rule]: false })?.what).toMatch(/stale|deaf|went back|restless/);
  },
);
