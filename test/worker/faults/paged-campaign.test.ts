/**
 * Random loads in pages of a system that changes meanwhile, one after the other over the same cache: by what changed, or all rows; JSON or
 * XML; by a token of its source; at most one page misbehaves. Each is judged by how the system was made: devices then have what it has,
 * or the load fails and nothing has changed (Invariants 7 and 10). `ORIGIN_RUNS`: more of them.
 */

import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, inject, it, vi } from 'vitest';
import { d1Entries } from '../../../src/stores/entries.ts';
import {
  type HeldRow,
  isHarmless,
  loadRecipe,
  PagedSystem,
  SYSTEM,
  type SystemFormat,
  TOKENS,
} from '../../support/faults/paged-system.ts';
import { runningClock } from '../../support/running-clock.ts';
import { Sourced } from '../../support/sourced.ts';

const RUNS = inject('originRuns');
const FORMATS: SystemFormat[] = ['json', 'xml'];
/** Tokens that are younger are not replaced where they are refused. */
const BETWEEN_LOADS_MS = 10_000;

vi.setConfig({ testTimeout: 60_000 + RUNS * 2000 });
const passMs = runningClock();

it.each(FORMATS)('loads in pages of %s are whole and right, or change nothing', async (format) => {
  const system = new PagedSystem(format);
  const cache = await defineOf(format);
  let held: Stored = await storedOf(cache);
  const seen = { all: 0, changes: 0, failed: 0, pages: 0 };
  const differences: unknown[] = [];
  const seed = inject('seed') * FORMATS.length + FORMATS.indexOf(format);
  for (const made of fc.sample(loadRecipe, { numRuns: Math.ceil(RUNS / FORMATS.length), seed })) {
    passMs(BETWEEN_LOADS_MS);
    system.prepare(made);
    const { task } = await cache.refresh({
      fetch: system.fetch,
      random: () => 0,
      enqueue: { force: made.force },
    });
    const after = await storedOf(cache);
    const { expected } = system;
    const isRight =
      expected === null
        ? !isHarmless(made) && task.state === 'FAILURE' && JSON.stringify(after) === JSON.stringify(held)
        : task.state === 'SUCCESS' &&
          JSON.stringify(after.rows) === JSON.stringify(expected) &&
          after.version === held.version + 1;
    if (!isRight)
      differences.push({ made, asked: system.asked, held, expected, after, state: task.state, error: task.error });
    if (expected === null) seen.failed += 1;
    else seen[system.asked[0]?.startsWith('/all') ? 'all' : 'changes'] += 1;
    seen.pages += system.asked.length;
    held = after;
  }
  expect(differences).toEqual([]);
  expect(system.strangers).toEqual([]);
  expect((await cache.gate.view()).permits).toBe(0);
  // Each kind of load came often enough to tell something.
  for (const count of [seen.all, seen.changes, seen.failed]) expect(count).toBeGreaterThan(RUNS / 50);
  expect(seen.pages).toBeGreaterThan(RUNS / 2);
});

function defineOf(format: SystemFormat): Promise<Sourced> {
  const oauth2 = { token_url: TOKENS, client_id: 'freshet', client_secret: '$' + '{ORIGIN_TEST_KEY}' };
  const table =
    format === 'json'
      ? { rows: '/value', columns: ['id', 'a'] }
      : { rows: '/r/i', columns: [{ name: 'id', at: '/@id', as: 'number' as const }, 'a'] };
  const removed = format === 'json' ? { at: '/gone', is: true } : { at: '/@gone', is: 'true' };
  return Sourced.over(
    { url: SYSTEM, auth: { oauth2 }, concurrency: 1 },
    {
      format,
      tables: [{ name: 't', key: ['id'], ...table }],
      retry: { max_attempts: 1, backoff_s: 0 },
      origin: {
        url: 'all',
        ...(format === 'json' ? { expect: [{ at: '/error', is: null }] } : {}),
        pages: { next: format === 'json' ? '/next' : '/r/next' },
        changes: { url: 'since/{_since}', cursor: '/at', lag_s: 0, removed, full_s: 2_678_400 },
      },
    },
  );
}

interface Stored {
  version: number;
  /** Without their ids, in order of key. */
  rows: HeldRow[];
}

/** What devices get. */
async function storedOf(cache: Sourced): Promise<Stored> {
  const entry = await d1Entries(env.DB).find(cache.cache.key);
  if (entry?.loaded == null) return { version: 0, rows: [] };
  const [{ data }] = JSON.parse(await cache.body(entry)) as [{ data: [number, ...HeldRow][] }];
  const rows = data.map(([, id, a]): HeldRow => [id, a]).toSorted(([one], [other]) => one - other);
  return { version: entry.loaded.version, rows };
}
