import type { Schema } from '../api/paths.ts';
import { useQuery } from '../api/use-query.ts';
import { parametersText } from '../caches/cache-name.ts';
import { addressOf } from '../shell/router.ts';
import { common } from '../texts/common.ts';
import { devicesTexts } from '../texts/devices.ts';
import { number } from '../texts/format.ts';
import { Link } from '../ui/link.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

type DeviceCache = Schema<'DeviceCache'>;
type SyncRecord = Schema<'ExpandedSyncRecord'>;

/** Most caches that the service keeps of a device, and most records of one answer. */
const MOST = 1000;

interface DeviceCachesProps {
  user: string;
  device: string;
  caches: readonly DeviceCache[];
}

/** The version of each cache that a device has, compared with the newest one. */
export function DeviceCaches({ user, device, caches }: DeviceCachesProps) {
  const t = devicesTexts();
  // Only the records have the parameter values that name a cache.
  const records = useQuery('/cache/', { query: { user, device, expand: 'resource', limit: MOST } });
  const known = new Map(
    (records.data.value as SyncRecord[] | undefined)?.map(({ etag, parameters }) => [etag, parameters ?? {}]),
  );
  return (
    <section>
      <h2>{t.list}</h2>
      <Table
        label={t.list}
        columns={columns((cache) => parametersText(known.get(cache.etag) ?? {}))}
        rows={caches.toSorted((a, b) => rank(a) - rank(b))}
        keyOf={({ etag }) => etag}
        empty={t.noCaches}
      />
    </section>
  );
}

const STATES = ['failing', 'isBehind', 'upToDate', 'purged', 'notHeld'] as const;
const TAGS = { failing: 'failing', isBehind: 'stale', upToDate: 'fresh', purged: '', notHeld: '' } as const;

/** The most important fact about a cache of a device. */
function stateOf({ held, failing, behind, current_version: current }: DeviceCache): (typeof STATES)[number] {
  if (!held) return 'notHeld';
  if (failing) return 'failing';
  if (current === null || behind === null) return 'purged';
  return behind > 0 ? 'isBehind' : 'upToDate';
}

/** States that need attention come first. */
const rank = (cache: DeviceCache) => STATES.indexOf(stateOf(cache));

function columns(parametersOf: (cache: DeviceCache) => string): Column<DeviceCache>[] {
  const t = devicesTexts();
  return [
    {
      name: 'cache',
      label: t.resource,
      by: (cache) => `${cache.resource_title} ${parametersOf(cache)}`,
      show: (cache) => <CacheOfDevice cache={cache} parameters={parametersOf(cache)} />,
    },
    {
      name: 'state',
      label: t.state,
      by: rank,
      show: (cache) => <span class={`tag ${TAGS[stateOf(cache)]}`}>{t[stateOf(cache)]}</span>,
    },
    { name: 'has', label: t.has, numeric: true, by: ({ version }) => version, show: ({ version }) => number(version) },
    {
      name: 'current',
      label: t.current,
      numeric: true,
      show: ({ current_version: current }) => (current === null ? common().none : number(current)),
    },
    {
      name: 'lacks',
      label: t.lacks,
      by: ({ behind }) => behind,
      show: ({ behind }) =>
        behind === null ? common().none : behind === 0 ? t.nothingLacking : t.lacksVersions(behind),
    },
    {
      name: 'synced',
      label: t.synced,
      by: ({ sync_datetime: at }) => at,
      show: ({ sync_datetime: at }) => <Time at={at} far />,
    },
  ];
}

function CacheOfDevice({
  cache: { key, resource_title: title },
  parameters,
}: {
  cache: DeviceCache;
  parameters: string;
}) {
  return (
    <Link to={key === undefined ? addressOf('/caches', { resource: title }) : addressOf(`/caches/${key}`)}>
      {title} {parameters !== '' && <code class="parameters">{parameters}</code>}
    </Link>
  );
}
