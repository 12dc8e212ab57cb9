/** What is known about devices, in several databases, selected by the hash of the user (SYNC_SHARDS). */

import { hashOfText, type Shards } from '../core/shards.ts';
import type { SyncRecord } from '../ports/messages.ts';
import type { DeviceName, Noted, SyncRecords } from '../ports/sync-store.ts';
import { mergedDevices, mergedPage } from './device-lists.ts';
import type { StoredDevice } from './device-rows.ts';
import { spreadOver } from './spread.ts';
import { walkForStrays } from './stray-walk.ts';
import { d1SyncRecords, type SyncRecordOptions, type SyncShard } from './sync-records.ts';

/** Devices per page of the walk. */
const WALKED_DEVICES = 1000;

/** @param databases all that are used now or were before */
export function shardedSyncRecords(
  databases: readonly D1Database[],
  shards: Shards,
  options: SyncRecordOptions = {},
): SyncRecords {
  const stores = databases.map((db) => d1SyncRecords(db, options));
  const spread = spreadOver(stores, shards);
  const hashOf = ({ user }: { user: string }) => hashOfText(user);

  /** Asks the databases where the devices of the filter are or were. */
  function asked<T>(user: string | null, ask: (store: SyncShard) => Promise<T>): Promise<T[]> {
    return user === null ? spread.all(ask) : spread.each([{ user }], hashOf, ask);
  }

  async function adopt(devices: readonly StoredDevice[]): Promise<DeviceName[]> {
    return (await spread.atHome(devices, hashOf, (store, own) => store.adopt(own))).flat();
  }

  /** Records of a former table are already accepted, so they are stored whatever the limit is. */
  async function adoptRecords(records: readonly SyncRecord[]): Promise<Noted> {
    const noted = await spread.atHome(records, hashOf, (store, own) => store.adoptRecords(own));
    return allOf(noted);
  }

  /** Moves documents home; those that were written there are deleted here, unless they have changed since. */
  async function move(store: SyncShard, devices: readonly StoredDevice[]): Promise<number> {
    const strays = devices.filter((device) => spread.home(hashOf(device)) !== store);
    const failed = new Set((await adopt(strays)).map(idOf));
    await store.drop(strays.filter((device) => !failed.has(idOf(device))));
    return strays.length - failed.size;
  }

  return {
    async list(filter, after, limit) {
      return mergedPage(await asked(filter.user, (store) => store.list(filter, after, limit)), limit);
    },

    async listDevices(filter, after, limit) {
      return mergedDevices(await asked(filter.user, (store) => store.listDevices(filter, after, limit)), limit);
    },

    async put(records, { checks = [], refusals = [] } = {}, now = Date.now()) {
      const byHome = <Item extends { user: string }>(items: readonly Item[]) =>
        Map.groupBy(items, (item) => spread.home(hashOf(item)));
      const [own, checked, refused] = [byHome(records), byHome(checks), byHome(refusals)];
      const homes = new Set([...own.keys(), ...checked.keys(), ...refused.keys()]);
      const noted = Array.from(homes, (store) => {
        const more = { checks: checked.get(store) ?? [], refusals: refused.get(store) ?? [] };
        return store.put(own.get(store) ?? [], more, now);
      });
      return allOf(await Promise.all(noted));
    },

    async remove(user, device, limit, now) {
      const home = spread.home(hashOf({ user }));
      const former = spread.former(hashOf({ user }));
      if (former !== home) {
        // Moves them to one database first, so that none is counted twice.
        const filter = { user, ...(device === null ? {} : { device }) };
        await former.moveFormerTo(filter, adoptRecords);
        for (let from: DeviceName | null = null; ; ) {
          const { devices, end } = await former.stored({ filter, from, inclusive: false, most: limit });
          await move(former, devices);
          from = end;
          if (end === null) break;
        }
        await former.mark(user, device, now);
      }
      return home.remove(user, device, limit, now);
    },

    async dropOld(before, limit) {
      await Promise.all(stores.map((store) => store.dropOld(before, limit)));
    },

    async dropMarks(before) {
      await Promise.all(stores.map((store) => store.dropMarks(before)));
    },

    async moveFormer() {
      await Promise.all(stores.map((store) => store.moveFormerTo({ user: null }, adoptRecords)));
    },

    async moveStrays() {
      if (shards.now === shards.before) return;
      await Promise.all(
        stores.map((store, shard) =>
          walkForStrays<StoredDevice, DeviceName>({
            db: databases[shard] as D1Database,
            name: 'devices',
            shard,
            async page(after) {
              const range = { filter: { user: null }, from: after, inclusive: false, most: WALKED_DEVICES };
              const { devices, end } = await store.stored(range);
              return { rows: devices, next: end };
            },
            move: (devices) => move(store, devices),
          }),
        ),
      );
    },
  };
}

function allOf(noted: readonly Noted[]): Noted {
  return { failed: noted.flatMap(({ failed }) => failed), refused: noted.flatMap(({ refused }) => refused) };
}

function idOf({ user, device }: DeviceName): string {
  return JSON.stringify([user, device]);
}
