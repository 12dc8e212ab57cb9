import { may } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import { CacheLink, RefreshButton } from '../caches/cache-columns.tsx';
import type { CacheRecord } from '../caches/cache-name.ts';
import { Figures } from '../figures/figures.tsx';
import { Behind } from '../overview/behind.tsx';
import { HealthView } from '../overview/health.tsx';
import { addressOf } from '../shell/router.ts';
import { cachesTexts } from '../texts/caches.ts';
import { common } from '../texts/common.ts';
import { number } from '../texts/format.ts';
import { overviewTexts } from '../texts/overview.ts';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { LoadError } from '../ui/problem.tsx';
import { Screen } from '../ui/screen.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

const MOST_SHOWN = 100;

/** Whether the service is up, what fails and since when, and whether it is getting worse. */
export function Overview() {
  const t = overviewTexts();
  const failing = useQuery('/caches/', { query: { state: 'failing', limit: MOST_SHOWN } });
  return (
    <Screen title={t.title}>
      <HealthView />
      <h2>{t.failing}</h2>
      <Loaded query={failing}>
        {(caches) => (
          <>
            <Table
              label={t.failing}
              columns={columns()}
              rows={caches.toSorted((a, b) => sinceOf(a) - sinceOf(b))}
              keyOf={(cache) => cache.key}
              empty={t.noneFailing}
            />
            {failing.next.value !== null && (
              <p>
                {t.moreFailing} <Link to={addressOf('/caches', { state: 'failing' })}>{t.seeAll}</Link>
              </p>
            )}
          </>
        )}
      </Loaded>
      <Figures />
      <Behind />
    </Screen>
  );
}

/** Caches that failed before the service recorded the time come first. */
function sinceOf({ failing }: CacheRecord): number {
  return failing?.since ? Date.parse(failing.since) : 0;
}

function columns(): Column<CacheRecord>[] {
  const t = overviewTexts();
  const unknown = common().unknown;
  return [
    { name: 'cache', label: t.cache, show: (cache) => <CacheLink cache={cache} /> },
    {
      name: 'since',
      label: t.since,
      by: sinceOf,
      show: ({ failing }) => (failing?.since ? <Time at={failing.since} far /> : unknown),
    },
    {
      name: 'failures',
      label: t.failures,
      numeric: true,
      by: ({ last_error: error }) => error?.failures ?? null,
      show: ({ last_error: error }) => (typeof error?.failures === 'number' ? number(error.failures) : unknown),
    },
    { name: 'why', label: t.why, show: ({ last_error: error }) => error && <LoadError error={error} /> },
    ...(may('cache:admin')
      ? [
          {
            name: 'actions',
            label: cachesTexts().actions,
            show: (cache: CacheRecord) => <RefreshButton cache={cache} />,
          },
        ]
      : []),
  ];
}
