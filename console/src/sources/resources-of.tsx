import { useQuery } from '../api/use-query.ts';
import { type ListedResource, resourceColumns } from '../resources/resource-columns.tsx';
import { query } from '../shell/router.ts';
import { sourcesTexts } from '../texts/sources.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Pages } from '../ui/pages.tsx';
import { Table } from '../ui/table.tsx';

const PAGE = 100;

/** The resources that use a source, and the state of their caches. */
export function ResourcesOf({ name }: { name: string }) {
  const t = sourcesTexts();
  const cursor = query.value.get('cursor') ?? '';
  const list = useQuery('/resources/', { query: { source: name, cursor, limit: PAGE, expand: 'stats' } });
  return (
    <section class="stack">
      <h2>{t.resources}</h2>
      <Loaded query={list}>
        {(found) => (
          <>
            <Table
              label={t.resources}
              columns={resourceColumns()}
              rows={found as ListedResource[]}
              keyOf={({ title }) => title}
              empty={t.noResources}
            />
            <Pages next={list.next.value} count={found.length} />
          </>
        )}
      </Loaded>
    </section>
  );
}
