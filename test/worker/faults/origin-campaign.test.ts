/**
 * Random answers of an origin, one after the other over the same cache, each judged by an oracle that knows how it was made: what
 * devices get is whole and right, or the load fails and nothing has changed (Invariant 7). `ORIGIN_RUNS`: more of them.
 */

import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, inject, it, vi } from 'vitest';
import { d1Entries } from '../../../src/stores/entries.ts';
import { answerOf, type Held, judged, type Kind, recipe } from '../../support/faults/origin-answers.ts';
import { Refreshed } from '../../support/refreshes.ts';

const RUNS = inject('originRuns');
const KINDS: Kind[] = ['json', 'ndjson', 'csv', 'document', 'text'];

vi.setConfig({ testTimeout: 60_000 + RUNS * 2000 });

it.each(KINDS)('of a %s are whole and right, or change nothing', async (kind) => {
  const cache = await defineOf(kind);
  const { pathname } = new URL(`${cache.origin.url}/data`);
  let held: Held | null = null;
  const seen = { taken: 0, failed: 0 };
  const differences: unknown[] = [];
  // Other answers for each kind.
  const seed = inject('seed') * KINDS.length + KINDS.indexOf(kind);
  for (const made of fc.sample(recipe(kind), { numRuns: Math.ceil(RUNS / KINDS.length), seed })) {
    const before = await storedOf(cache);
    await cache.origin.answer(answerOf(made, held, pathname));
    const { task } = await cache.refresh();
    const after = await storedOf(cache);
    const expected = judged(made, held);
    seen[expected === null ? 'failed' : 'taken'] += 1;
    const right: boolean =
      expected === null
        ? task.state === 'FAILURE' && JSON.stringify(after) === JSON.stringify(before)
        : task.state === 'SUCCESS' && after.content === expected.content && after.version === before.version + 1;
    if (!right) differences.push({ made, held, expected, before, after, state: task.state, error: task.error });
    held = expected ?? held;
  }
  expect(differences).toEqual([]);
  expect([seen.taken > 0, seen.failed > 0]).toEqual([true, true]);
});

async function defineOf(kind: Kind): Promise<Refreshed> {
  const retry = { max_attempts: 1, backoff_s: 0 };
  if (kind === 'document' || kind === 'text') return Refreshed.define({ retry });
  const table = { name: 't', columns: ['a'], ...(kind === 'json' ? { rows: '/items' } : {}) };
  return Refreshed.define({ retry, format: kind, tables: [table] });
}

/** What devices get: the text, or the rows without their ids in ascending order. */
async function storedOf(cache: Refreshed): Promise<{ version: number; content: string | null }> {
  const entry = await d1Entries(env.DB).find(cache.cache.key);
  if (entry?.loaded == null) return { version: 0, content: null };
  const text = await cache.body(entry);
  const { version, rows } = entry.loaded;
  if (rows === null) return { version, content: text };
  const [{ data }] = JSON.parse(text) as [{ data: [number, unknown][] }];
  return { version, content: JSON.stringify(data.map(([, cell]) => cell).toSorted()) };
}
