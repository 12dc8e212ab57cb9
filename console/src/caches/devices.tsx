import type { Schema } from '../api/paths.ts';
import { useQuery } from '../api/use-query.ts';
import { DeviceLink } from '../devices/device-link.tsx';
import { cacheTexts } from '../texts/cache.ts';
import { cachesTexts } from '../texts/caches.ts';
import { number } from '../texts/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import type { CacheRecord } from './cache-name.ts';

/** Most records in one answer. */
const MOST = 1000;
/** Number of digits of the cache's key at the start of an ETag (CONTRACT 3). */
const KEY_DIGITS = 16;

type SyncRecord = Schema<'ExpandedSyncRecord'>;

/** Devices that have this cache in an older version, those that lack the newer one longest first. */
export function Devices({ cache }: { cache: CacheRecord }) {
  const t = cacheTexts();
  const query = { user: '*', resource_title: cache.resource_title, expand: 'resource', limit: MOST } as const;
  const records = useQuery('/cache/', { query });
  const behind = (all: readonly unknown[]) =>
    (all as SyncRecord[])
      .filter(({ etag, stale }) => stale && etag.startsWith(cache.key.slice(0, KEY_DIGITS)))
      .toSorted((a, b) => a.sync_datetime.localeCompare(b.sync_datetime));
  return (
    <section>
      <h2>{t.devices}</h2>
      <Loaded query={records}>
        {(all) => (
          <>
            <Table
              label={t.devices}
              columns={[
                { name: 'user', label: t.user, by: ({ user }) => user, show: ({ user }) => user },
                { name: 'device', label: t.device, by: ({ device }) => device, show: (one) => <DeviceLink {...one} /> },
                { name: 'has', label: t.has, numeric: true, by: ({ version }) => version, show: versionsOf },
                { name: 'synced', label: t.synced, show: ({ sync_datetime: at }) => <Time at={at} far /> },
              ]}
              rows={behind(all)}
              keyOf={({ user, device }) => JSON.stringify([user, device])}
              sortName="devices"
              empty={t.noDevices}
            />
            {records.next.value !== null && <p class="faint">{t.moreDevices(all.length)}</p>}
          </>
        )}
      </Loaded>
    </section>
  );
}

function versionsOf({ version, current_version: current }: SyncRecord) {
  const text = current === null ? number(version) : `${number(version)} / ${number(current)}`;
  return <span title={cachesTexts().version}>{text}</span>;
}
