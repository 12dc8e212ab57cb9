import { may, now } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import { BulkActions } from '../caches/bulk-actions.tsx';
import { CacheLink, RefreshButton, StateTag } from '../caches/cache-columns.tsx';
import { type CacheRecord, cacheName, stateOf } from '../caches/cache-name.ts';
import { addressOf, go, query } from '../shell/router.ts';
import { cachesTexts } from '../texts/caches.ts';
import { common } from '../texts/common.ts';
import { bytes, number } from '../texts/format.ts';
import { Choice, Field, Filters } from '../ui/field.tsx';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Pages } from '../ui/pages.tsx';
import { Screen } from '../ui/screen.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Hour, Time } from '../ui/time.tsx';

const PAGE = 100;
const STATES = ['fresh', 'stale', 'failing'] as const;

/** The list of caches, with filters in the address. */
export function Caches() {
  const t = cachesTexts();
  const address = query.value;
  const of = (name: string) => address.get(name) ?? '';
  const filters = { resource_title: of('resource'), parameters: of('parameters'), owner: of('owner') };
  const state = STATES.find((one) => one === of('state'));
  const list = useQuery('/caches/', { query: { ...filters, state, cursor: of('cursor'), limit: PAGE } });
  return (
    <Screen title={t.title} tools={may('cache:admin') && <BulkActions {...filters} state={state} />}>
      <Filters key={address.toString()} onApply={(values) => go(addressOf('/caches', { ...values, sort: of('sort') }))}>
        <Field name="resource" label={t.resource} value={filters.resource_title} />
        <Field name="parameters" label={t.parameters} value={filters.parameters} code placeholder={t.parametersHint} />
        <Field name="owner" label={t.owner} value={filters.owner} />
        <Choice
          name="state"
          label={t.state}
          value={state ?? ''}
          options={[['', common().all], ...STATES.map((one) => [one, t[one]] as const)]}
        />
        <button type="submit">{common().filter}</button>
        {address.size > 0 && <Link to={addressOf('/caches')}>{common().clear}</Link>}
      </Filters>
      <Loaded query={list}>
        {(caches) => (
          <>
            <Table label={t.list} columns={columns()} rows={caches} keyOf={(cache) => cache.key} empty={t.empty} />
            <Pages next={list.next.value} count={caches.length} />
          </>
        )}
      </Loaded>
    </Screen>
  );
}

function columns(): Column<CacheRecord>[] {
  const t = cachesTexts();
  const none = common().none;
  const shown = (value: number | null, format: (value: number) => string) => (value === null ? none : format(value));
  return [
    { name: 'cache', label: t.resource, by: cacheName, show: (cache) => <CacheLink cache={cache} /> },
    {
      name: 'state',
      label: t.state,
      by: (cache) => stateOf(cache, now.value),
      show: (cache) => <StateTag cache={cache} />,
    },
    {
      name: 'owner',
      label: t.owner,
      by: ({ owner }) => owner,
      show: ({ owner }) => owner ?? <i class="faint">{t.shared}</i>,
    },
    ...[
      { name: 'version', label: t.version, by: (cache: CacheRecord) => cache.version, format: number },
      { name: 'rows', label: t.rows, by: (cache: CacheRecord) => cache.rows, format: number },
      { name: 'bytes', label: t.bytes, by: (cache: CacheRecord) => cache.bytes, format: bytes },
    ].map(({ format, ...column }) => ({
      ...column,
      numeric: true,
      show: (cache: CacheRecord) => shown(column.by(cache), format),
    })),
    { name: 'loaded', label: t.loaded, by: ({ loaded }) => loaded, show: ({ loaded }) => <Time at={loaded} far /> },
    {
      name: 'expires',
      label: t.expires,
      by: ({ expires }) => expires,
      show: ({ expires }) => <Time at={expires} far />,
    },
    { name: 'read', label: t.readHour, by: ({ read }) => read, show: ({ read }) => <Hour at={read} far /> },
    { name: 'error', label: t.error, show: ({ last_error: error }) => <span class="clipped">{error?.title}</span> },
    ...(may('cache:admin')
      ? [{ name: 'actions', label: t.actions, show: (cache: CacheRecord) => <RefreshButton cache={cache} /> }]
      : []),
  ];
}
