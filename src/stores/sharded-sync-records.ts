/** Sync records over several databases, by the hash of the user (SYNC_SHARDS). */

import type { SyncRecord } from '../contract/messages.ts';
import type { SyncPlace, SyncRecords } from '../contract/stores.ts';
import { hashOfText, type Shards } from '../core/shards.ts';
import { compareRecords, newestRecords } from '../core/sync-records.ts';
import { spreadOver } from './spread.ts';
import { walkForStrays } from './stray-walk.ts';
import { d1SyncRecords } from './sync-records.ts';

/** Records of a page of the walk. */
const WALKED_RECORDS = 1000;

/** @param databases as many as are used now or were before */
export function shardedSyncRecords(databases: readonly D1Database[], shards: Shards): SyncRecords {
  const stores = databases.map(d1SyncRecords);
  const spread = spreadOver(stores, shards);
  const hashOf = ({ user }: { user: string }) => hashOfText(user);

  async function put(records: readonly SyncRecord[]): Promise<void> {
    await spread.atHome(records, hashOf, (store, own) => store.put(own));
  }

  return {
    async list(filter, after, limit) {
      const { user } = filter;
      const lists = await (user === null
        ? spread.all((store) => store.list(filter, after, limit))
        : spread.each([{ user }], hashOf, (store) => store.list(filter, after, limit)));
      return newestRecords(lists.flat()).sort(compareRecords).slice(0, limit);
    },

    put,

    async remove(user, device, limit) {
      const home = spread.home(hashOf({ user }));
      const former = spread.former(hashOf({ user }));
      if (former !== home) {
        // Brought together first, none is counted twice. One that the walk has just read may come back, like one in the queue.
        const left = await former.list({ user, ...(device === null ? {} : { device }) }, null, limit);
        await home.put(left);
        await former.drop(left);
      }
      return home.remove(user, device, limit);
    },

    async dropOld(before, limit) {
      await Promise.all(stores.map((store) => store.dropOld(before, limit)));
    },

    async moveStrays() {
      if (shards.now === shards.before) return;
      await Promise.all(
        stores.map((store, shard) =>
          walkForStrays<SyncRecord, SyncPlace>({
            db: databases[shard] as D1Database,
            name: 'sync_records',
            shard,
            limit: WALKED_RECORDS,
            page: (after) => store.list({ user: null }, after, WALKED_RECORDS),
            placeOf: ({ user, device, resource, key }) => ({ user, device, resource, key }),
            async move(records) {
              const strays = records.filter((record) => spread.home(hashOf(record)) !== store);
              await put(strays);
              await store.drop(strays);
              return strays.length;
            },
          }),
        ),
      );
    },
  };
}
