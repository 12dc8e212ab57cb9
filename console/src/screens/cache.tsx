import { useQuery } from '../api/use-query.ts';
import { CacheActions } from '../caches/cache-actions.tsx';
import { StateTag } from '../caches/cache-columns.tsx';
import { type CacheRecord, cacheName } from '../caches/cache-name.ts';
import { Devices } from '../caches/devices.tsx';
import { Failing } from '../caches/failing.tsx';
import { FirstRowsView } from '../caches/first-rows-view.tsx';
import { Tasks } from '../caches/tasks.tsx';
import { useTasks } from '../caches/use-tasks.ts';
import { Versions } from '../caches/versions.tsx';
import { addressOf, type ScreenValues } from '../shell/router.ts';
import { cacheTexts } from '../texts/cache.ts';
import { cachesTexts } from '../texts/caches.ts';
import { common } from '../texts/common.ts';
import { bytes, number } from '../texts/format.ts';
import { Facts } from '../ui/facts.tsx';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Screen } from '../ui/screen.tsx';
import { Hour, Time } from '../ui/time.tsx';

/** One cache: its state, its loads and their results, and the devices that lack a newer version. */
export function Cache({ cacheKey = '' }: ScreenValues) {
  const record = useQuery('/caches/{key}/', { path: { key: cacheKey } });
  const tasks = useTasks(cacheKey);
  const cache = record.data.value;
  return (
    <Screen
      title={cache === undefined ? cachesTexts().title : cacheName(cache)}
      tools={cache && <CacheActions cache={cache} />}
    >
      <Loaded query={record}>
        {(loaded) => (
          <>
            <Failing cache={loaded} retried={tasks.data.value?.find(({ task_state: state }) => state === 'RETRY')} />
            <Record cache={loaded} />
            <Warnings of={loaded.warnings} />
            <Tasks of={tasks} />
            <Versions cacheKey={cacheKey} />
            <Devices cache={loaded} />
            <FirstRowsView cache={loaded} />
          </>
        )}
      </Loaded>
    </Screen>
  );
}

function Record({ cache }: { cache: CacheRecord }) {
  const t = cachesTexts();
  const none = common().none;
  const shown = (value: number | null, format: (value: number) => string) => (value === null ? none : format(value));
  return (
    <Facts
      of={[
        [
          t.resource,
          <Link key="resource" to={addressOf('/caches', { resource: cache.resource_title })}>
            {cache.resource_title}
          </Link>,
        ],
        [t.state, <StateTag key="state" cache={cache} />],
        [t.parameters, <code key="parameters">{JSON.stringify(cache.parameters)}</code>],
        [t.owner, cache.owner ?? t.shared],
        [t.version, shown(cache.version, number)],
        [t.rows, shown(cache.rows, number)],
        [t.bytes, shown(cache.bytes, bytes)],
        [t.loaded, <Time key="loaded" at={cache.loaded} />],
        [t.expires, <Time key="expires" at={cache.expires} />],
        [
          t.read,
          <>
            <Hour at={cache.read} /> <span class="faint">{cache.read && common().toTheHour}</span>
          </>,
        ],
        [cacheTexts().etag, <code key="etag">{cache.etag ?? none}</code>],
        [cacheTexts().key, <code key="key">{cache.key}</code>],
      ]}
    />
  );
}

function Warnings({ of }: { of: readonly string[] }) {
  if (of.length === 0) return null;
  return (
    <section>
      <h2>{cacheTexts().warnings}</h2>
      <ul>
        {of.map((warning) => (
          <li key={warning} class="notice">
            {warning}
          </li>
        ))}
      </ul>
    </section>
  );
}
