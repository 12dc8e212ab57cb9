/** The store in IndexedDB, over an implementation of it in memory; in a browser the same cases run in client/test/browser. */

import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { describe, it } from 'vitest';
import { indexedDb } from '../../src/store/indexed-db.ts';
import { hasSerialOrder } from '../support/serial-order.ts';
import { CASES } from '../support/store-conformance.ts';

globalThis.IDBKeyRange = IDBKeyRange;

describe('indexedDb', () => {
  it.each(CASES)('$name', async ({ run }) => {
    const factory = new IDBFactory();
    const store = indexedDb({ factory: () => factory });
    await run(() => store.open('freshet:1'));
  });

  it('gives two or three tabs what some serial order of their calls gives (invariants 5, 6, 26)', async () => {
    const openOne = async () => {
      const factory = new IDBFactory();
      const store = indexedDb({ factory: () => factory });
      return () => store.open('freshet:1');
    };
    await hasSerialOrder(openOne, 100);
  });
});
