import type { Schema } from '../api/paths.ts';
import { useQuery } from '../api/use-query.ts';
import { cacheTexts } from '../texts/cache.ts';
import { cachesTexts } from '../texts/caches.ts';
import { common } from '../texts/common.ts';
import { bytes, number } from '../texts/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

type Version = Schema<'Version'>;

/** The kept versions that changed the body, with the numbers of inserted and deleted rows. */
export function Versions({ cacheKey }: { cacheKey: string }) {
  const t = cacheTexts();
  const versions = useQuery('/caches/{key}/versions/', { path: { key: cacheKey } });
  return (
    <section>
      <h2>{t.versions}</h2>
      <Loaded query={versions}>
        {(all) => (
          <Table
            label={t.versions}
            columns={columns()}
            rows={all}
            keyOf={({ etag }) => etag}
            sortName="versions"
            empty={t.noVersions}
          />
        )}
      </Loaded>
    </section>
  );
}

function columns(): Column<Version>[] {
  const t = cacheTexts();
  const shown = (value: number | null, format: (value: number) => string) =>
    value === null ? common().none : format(value);
  const sign = (text: string) => (value: number) => (value === 0 ? number(0) : `${text}${number(value)}`);
  return [
    { name: 'version', label: cachesTexts().version, numeric: true, show: ({ version }) => number(version) },
    { name: 'loaded', label: cachesTexts().loaded, show: ({ loaded }) => <Time at={loaded} /> },
    {
      name: 'inserted',
      label: t.inserted,
      numeric: true,
      by: ({ inserted }) => inserted,
      show: ({ inserted }) => shown(inserted, sign('+')),
    },
    {
      name: 'deleted',
      label: t.deleted,
      numeric: true,
      by: ({ deleted }) => deleted,
      show: ({ deleted }) => shown(deleted, sign('−')),
    },
    {
      name: 'bytes',
      label: t.delta,
      numeric: true,
      by: (version) => version.bytes,
      show: (version) => shown(version.bytes, bytes),
    },
    { name: 'etag', label: t.etag, show: ({ etag }) => <code>{etag}</code> },
  ];
}
