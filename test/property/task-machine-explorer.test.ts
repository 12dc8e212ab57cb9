/**
 * Every interleaving of what can happen round one cache key, within small bounds, on the real task machine
 * (DESIGN "Invariants" 1-3, 5, 8, 9). `EXPLORE=deep` lets more time pass in each scenario: minutes instead of seconds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explore } from '../support/task-machine/explore.ts';
import { MUTANTS } from '../support/task-machine/mutants.ts';
import type { Budget } from '../support/task-machine/world.ts';

const TIMEOUT_MS = 1_500_000;
const deeper = process.env.EXPLORE === 'deep' ? 1 : 0;

describe('no rule is broken, and every accepted task ends', () => {
  it.each<[string, Partial<Budget>]>([
    ['reads beside refreshes', { refresh: 1, read: 2 }],
    ['a read among refreshes that queue', { refresh: 2, read: 1 }],
    ['messages and alarms lost', { refresh: 2, loss: 1, wait: 1 }],
    ['messages doubled, consumers killed', { refresh: 1, death: 1, doubling: 1, loss: 1, wait: 1 }],
    ['answers to commits lost', { refresh: 2, lostAnswer: 1, wait: 1 }],
    ['writes to D1 late and out of order', { refresh: 2, lateWrite: 2, wait: 1 }],
    ['failures', { refresh: 1, read: 1, failure: 1, rejection: 1, wait: 1 }],
    ['forced refreshes', { refresh: 1, force: 1, failure: 1, wait: 1 }],
    ['a forced refresh among purges', { refresh: 1, force: 1, softPurge: 1 }],
    ['the definition changed', { refresh: 1, read: 1, redefinition: 1 }],
    ['a purge, and a read', { refresh: 1, read: 1, purge: 1 }],
    ['a purge, consumers killed, writes late', { refresh: 1, purge: 1, death: 1, lateWrite: 1, wait: 1 }],
    ['a purge, answers lost', { refresh: 2, purge: 1, lostAnswer: 1 }],
    ['a soft purge, and a read', { refresh: 1, read: 1, softPurge: 1 }],
    ['revocations', { refresh: 2, revocation: 1, failure: 1, wait: 1 }],
    ['removals after retention', { refresh: 3, removal: 1 }],
    ['removals after deaths and purges', { refresh: 1, removal: 1, death: 1, purge: 1 }],
    ['the rows of the object lost', { refresh: 3, oblivion: 1 }],
    ['rows lost, and a read', { refresh: 2, read: 1, oblivion: 1 }],
    ['rows lost, writes to D1 late', { refresh: 2, oblivion: 1, lateWrite: 1, wait: 1 }],
    ['rows lost around a purge', { refresh: 2, oblivion: 1, purge: 1 }],
    ['rows lost twice', { refresh: 3, oblivion: 2 }],
    ['a user who leaves', { refresh: 2, leave: 1, wait: 1 }],
    ['a user who leaves, consumers killed, writes late', { refresh: 2, leave: 1, lateWrite: 1, death: 1 }],
    ['a hub that watches, pokes and answers lost', { refresh: 2, watch: 1, loss: 1 }],
    ['hubs that come and go', { refresh: 2, watch: 2, disconnection: 1 }],
    ['a hub that watches, and a purge', { refresh: 1, watch: 1, purge: 1 }],
    ['a hub that watches, and a soft purge', { refresh: 1, watch: 1, softPurge: 1 }],
    ['a hub that watches, writes to D1 late', { refresh: 2, watch: 1, lateWrite: 1 }],
    ['a user who leaves, and rows lost', { refresh: 2, leave: 1, oblivion: 1 }],
  ])('%s', { timeout: TIMEOUT_MS }, (_, budget) => {
    const { violation, worlds } = explore({ ...budget, wait: (budget.wait ?? 0) + deeper });
    expect(violation).toBeNull();
    expect(worlds).toBeGreaterThan(100);
  });
});

describe('a rule that is taken out is found missing', () => {
  it('of each that the design marks so', () => {
    const design = readFileSync(join(import.meta.dirname, '../../docs/design.md'), 'utf8');
    const words = design.replaceAll('**', '').split(/\s+/).join(' ').split(' [M]').slice(0, -1);
    const marks = words.filter((before) => !before.endsWith('If a rule marked'));
    expect(marks.length).toBeGreaterThan(0);
    const isTakenOut = (before: string) =>
      MUTANTS.some(({ marked }) => marked !== undefined && before.endsWith(marked));
    expect(marks.filter((before) => !isTakenOut(before)).map((before) => before.slice(-60))).toEqual([]);
  });

  it.each(MUTANTS)('$rule', { timeout: TIMEOUT_MS }, ({ scenario, rules, finds }) => {
    expect(explore(scenario, rules).violation?.rule).toMatch(finds);
  });
});
