/** When a write to D1 counts as done: who purges relies on the answer. */
import { expect, it } from 'vitest';
import { entryOf } from '../../src/core/task-machine/views.ts';
import { type Outside, storeEntry } from '../../src/object/effects.ts';
import type { KeyRows } from '../../src/object/key-rows.ts';
import type { Entries } from '../../src/ports/stores.ts';
import { Key } from '../support/task-machine/key.ts';

it('of two purges at once after the rows were lost, neither is done before D1 has taken it', async () => {
  const earlier = new Key();
  earlier.load();
  const inD1 = entryOf(earlier.document);
  const key = new Key(earlier.document.cache);
  key.now += 1000;
  const run = async (_: unknown, ...[name, request]: Parameters<Key['do']>) => {
    key.do(name, request);
    return key.last;
  };
  const rows = { find: () => key.document, run } as unknown as KeyRows;
  // D1 refuses both, since their version is lower, and is away when they are written again above what it has.
  let puts = 0;
  const put: Entries['put'] = async () => {
    puts += 1;
    if (puts > 2) throw new Error('D1 is away');
    return inD1;
  };
  const purge = () => {
    key.do('purge', { key: inD1.key, soft: false });
    return storeEntry(inD1.key, rows, { entries: { put } } as unknown as Outside, () => undefined);
  };
  expect(await Promise.all([purge(), purge()])).toEqual([false, false]);
  expect(key.document.stored.retryAt).toBeGreaterThan(key.now);
});
