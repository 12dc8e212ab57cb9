import { may } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import { type ListedResource, resourceColumns } from '../resources/resource-columns.tsx';
import { addressOf, go, query } from '../shell/router.ts';
import { common } from '../texts/common.ts';
import { resourcesTexts } from '../texts/resources.ts';
import { Field, Filters } from '../ui/field.tsx';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Pages } from '../ui/pages.tsx';
import { Screen } from '../ui/screen.tsx';
import { Table } from '../ui/table.tsx';

const PAGE = 100;

/** The list of resources: origin, state of the caches, and schedule of each. */
export function Resources() {
  const t = resourcesTexts();
  const address = query.value;
  const of = (name: string) => address.get(name) ?? '';
  const search = of('search');
  const values = { search, cursor: of('cursor'), limit: PAGE, expand: 'stats' as const };
  const list = useQuery('/resources/', { query: values });
  return (
    <Screen
      title={t.title}
      tools={
        may('cache:admin') && (
          <Link class="button main" to={addressOf('/resources/+new')}>
            {t.newResource}
          </Link>
        )
      }
    >
      <Filters
        key={address.toString()}
        onApply={(filter) => go(addressOf('/resources', { ...filter, sort: of('sort') }))}
      >
        <Field name="search" label={t.search} value={search} />
        <button type="submit">{common().filter}</button>
        {address.size > 0 && <Link to={addressOf('/resources')}>{common().clear}</Link>}
      </Filters>
      <Loaded query={list}>
        {(resources) => (
          <>
            <Table
              label={t.title}
              columns={resourceColumns()}
              rows={resources as ListedResource[]}
              keyOf={({ title }) => title}
              empty={search === '' ? t.empty : t.noneFits}
            />
            <Pages next={list.next.value} count={resources.length} />
          </>
        )}
      </Loaded>
    </Screen>
  );
}
