import { useQuery } from '../api/use-query.ts';
import { type ListedResource, resourceColumns } from '../resources/resource-columns.tsx';
import { query } from '../shell/router.ts';
import { sourcesTexts } from '../texts/sources.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Pages } from '../ui/pages.tsx';
import { Table } from '../ui/table.tsx';
import { asks } from './use-resources-of.ts';

const PAGE = 100;

/** The resources that a source is asked for, and how their caches stand. */
export function ResourcesOf({ name }: { name: string }) {
  const t = sourcesTexts();
  const cursor = query.value.get('cursor') ?? '';
  const list = useQuery('/resources/', { query: { search: name, cursor, limit: PAGE, expand: 'stats' } });
  return (
    <section class="stack">
      <h2>{t.resources}</h2>
      <Loaded query={list}>
        {(found) => {
          const named = (found as ListedResource[]).filter(asks(name));
          const next = list.next.value;
          return (
            <>
              <Table
                label={t.resources}
                columns={resourceColumns()}
                rows={named}
                keyOf={({ title }) => title}
                empty={next === null && cursor === '' ? t.noResources : t.noneHere}
              />
              {(next !== null || cursor !== '') && <Pages next={next} count={named.length} />}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
