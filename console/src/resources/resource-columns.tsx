import type { Schema } from '../api/paths.ts';
import { originHost } from '../caches/origin-host.ts';
import { DraftTag } from '../definitions/draft-notice.tsx';
import { addressOf } from '../shell/router.ts';
import { common } from '../texts/common.ts';
import { number, span } from '../texts/format.ts';
import { resourcesTexts } from '../texts/resources.ts';
import { Link } from '../ui/link.tsx';
import type { Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { addressOfResource } from './resource-address.ts';

export type ListedResource = Schema<'ExpandedResource'>;

/** The columns of the list of resources. */
export function resourceColumns(): Column<ListedResource>[] {
  const t = resourcesTexts();
  const failing = ({ stats }: ListedResource) => stats.caches?.failing ?? null;
  const total = ({ stats }: ListedResource) => (stats.caches === null ? null : stats.caches.fresh + stats.caches.stale);
  return [
    { name: 'title', label: t.resource, by: ({ title }) => title, show: (resource) => <Title resource={resource} /> },
    {
      name: 'host',
      label: t.host,
      by: ({ origin }) => originHost(origin),
      show: ({ origin }) => <code>{originHost(origin)}</code>,
    },
    {
      name: 'failing',
      label: t.failing,
      numeric: true,
      by: failing,
      show: (resource) => <Failing title={resource.title} count={failing(resource)} />,
    },
    {
      name: 'caches',
      label: t.caches,
      numeric: true,
      by: total,
      show: (resource) => <Counts resource={resource} total={total(resource)} />,
    },
    {
      name: 'loaded',
      label: t.lastLoad,
      by: ({ stats }) => stats.loaded,
      show: ({ stats }) => <Time at={stats.loaded} far />,
    },
    {
      name: 'ttl',
      label: t.ttl,
      numeric: true,
      by: ({ ttl_s: ttl }) => ttl ?? null,
      show: ({ ttl_s: ttl }) => span(ttl ?? 0),
    },
    {
      name: 'next',
      label: t.next,
      by: ({ stats }) => stats.next_refresh,
      show: ({ stats }) => <Time at={stats.next_refresh} far />,
    },
  ];
}

function Title({ resource: { title, warnings } }: { resource: ListedResource }) {
  const t = resourcesTexts();
  return (
    <>
      <Link to={addressOfResource(title)}>{title}</Link>{' '}
      {(warnings?.length ?? 0) > 0 && <span class="tag stale">{t.hasWarnings}</span>}{' '}
      <DraftTag folder="resources" name={title} />
    </>
  );
}

function Failing({ title, count }: { title: string; count: number | null }) {
  if (count === null) return <span class="faint">{common().none}</span>;
  if (count === 0) return number(0);
  return (
    <Link class="tag failing" to={addressOf('/caches', { resource: title, state: 'failing' })}>
      {number(count)}
    </Link>
  );
}

function Counts({ resource: { title, stats }, total }: { resource: ListedResource; total: number | null }) {
  const t = resourcesTexts();
  if (stats.caches === null || total === null) return <span class="faint">{common().none}</span>;
  const { fresh, stale } = stats.caches;
  return (
    <Link to={addressOf('/caches', { resource: title })}>
      <span title={`${t.freshOf(fresh)}, ${t.staleOf(stale)}`}>
        {number(total)}
        {stale > 0 && <span class="faint">{` (${t.staleOf(stale)})`}</span>}
      </span>
    </Link>
  );
}
