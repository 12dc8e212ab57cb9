import type { Schema } from '../api/paths.ts';
import { may } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import { DraftTag } from '../definitions/draft-notice.tsx';
import { addressOf, query } from '../shell/router.ts';
import { addressOfSource } from '../sources/source-address.ts';
import { paceOf, placeOf, waysIn } from '../sources/source-facts.tsx';
import { common } from '../texts/common.ts';
import { number } from '../texts/format.ts';
import { sourcesTexts } from '../texts/sources.ts';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Pages } from '../ui/pages.tsx';
import { Screen } from '../ui/screen.tsx';
import { type Column, Table } from '../ui/table.tsx';

const PAGE = 100;

/** The list of sources: the systems that resources use. */
export function Sources() {
  const t = sourcesTexts();
  const list = useQuery('/sources/', { query: { cursor: query.value.get('cursor') ?? '', limit: PAGE } });
  const tools = may('cache:admin') && (
    <Link class="button main" to={addressOf('/sources/+new')}>
      {t.newSource}
    </Link>
  );
  return (
    <Screen title={t.title} tools={tools}>
      <p class="faint">{t.how}</p>
      <Loaded query={list}>
        {(sources) => (
          <>
            <Table label={t.title} columns={columns()} rows={sources} keyOf={({ name }) => name} empty={t.empty} />
            <Pages next={list.next.value} count={sources.length} />
          </>
        )}
      </Loaded>
    </Screen>
  );
}

function columns(): Column<Schema<'Source'>>[] {
  const t = sourcesTexts();
  const none = <span class="faint">{common().none}</span>;
  return [
    {
      name: 'name',
      label: t.name,
      by: ({ name }) => name,
      show: ({ name }) => (
        <>
          <Link to={addressOfSource(name)}>{name}</Link> <DraftTag folder="sources" name={name} />
        </>
      ),
    },
    { name: 'address', label: t.address, by: placeOf, show: (source) => <code>{placeOf(source)}</code> },
    {
      name: 'via',
      label: t.via,
      by: ({ via }) => via ?? null,
      show: ({ via }) => (via ? <code>{via}</code> : t.internet),
    },
    { name: 'ways', label: t.waysIn, by: waysIn, show: (source) => waysIn(source) || none },
    {
      name: 'concurrency',
      label: t.concurrency,
      numeric: true,
      by: ({ concurrency }) => concurrency ?? null,
      show: ({ concurrency }) => (concurrency === undefined ? none : number(concurrency)),
    },
    { name: 'rate', label: t.rate, show: (source) => paceOf(source) || none },
    {
      name: 'description',
      label: t.description,
      show: ({ description }) => <span class="clipped">{description}</span>,
    },
  ];
}
