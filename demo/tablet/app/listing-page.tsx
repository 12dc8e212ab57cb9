/** The page of one cache: its status, the demo's controls, search, and rows. */

import type { Parameters, Row, Table } from '@freshet/client';
import { useCache } from '@freshet/client/react';
import { useDeferredValue, useEffect, useId, useMemo, useState } from 'react';
import { DemoStrip } from './demo-strip.tsx';
import { findRows, type Order } from './find-rows.ts';
import { type LastChange, useLastChange, useNow } from './hooks.ts';
import { FIRST_YEAR, LAST_YEAR, type Listing, type Named } from './listings.ts';
import { addressOf } from './route.ts';
import { RowsTable } from './rows-table.tsx';
import { StatusBar } from './status-bar.tsx';
import { ago, count } from './words.ts';

interface Shown {
  listing: Listing;
  parameters: Parameters;
  user: string;
}

export function ListingPage({ listing, parameters, user }: Shown) {
  const { title, table: name, nouns, columns, key } = listing;
  const { tables, status } = useCache(title, parameters);
  const table = tables[name];
  const change = useLastChange(listing, parameters);
  const [search, setSearch] = useState('');
  const [order, setOrder] = useState<Order>({ column: key, isDown: false });
  const sought = useDeferredValue(search);
  const rows = useMemo(() => findRows(namedRows(table), columns, sought, order), [table, columns, sought, order]);
  useEffect(() => {
    document.title = `${listing.label} · Tablet`;
  }, [listing]);
  return (
    <>
      <DemoStrip listing={listing} parameters={parameters} user={user} loadedAt={status.loadedAt} />
      <StatusBar listing={listing} parameters={parameters} status={status} change={change} />
      <section aria-label={listing.label} className="listing">
        <div className="toolbar">
          {listing.page === 'cars' && <YearChoice listing={listing} year={Number(parameters.year)} />}
          {table !== undefined && (
            <>
              <Search nouns={nouns} search={search} setSearch={setSearch} />
              <output className="found">
                {sought === '' ? count(table.size, nouns) : `${rows.length} of ${count(table.size, nouns)}`}
              </output>
            </>
          )}
          {change !== null && <News change={change} />}
        </div>
        {table === undefined && (status.sync === 'reading' || status.sync === 'loading') && <Skeleton />}
        {rows.length > 0 && (
          <RowsTable listing={listing} rows={rows} order={order} setOrder={setOrder} change={change} />
        )}
        {table !== undefined && rows.length === 0 && (
          <NoRows search={sought} nouns={nouns} clear={() => setSearch('')} />
        )}
        <p className="hint">{listing.about}</p>
      </section>
    </>
  );
}

/** The rows with their ids, which distinguish rows with equal cells. */
function namedRows(table: Table<Row> | undefined): Named[] {
  return [...(table?.ids() ?? [])].map((id) => ({ id, row: table?.get(id) ?? {} }));
}

interface Searched {
  nouns: Listing['nouns'];
  search: string;
  setSearch(search: string): void;
}

function Search({ nouns, search, setSearch }: Searched) {
  const id = useId();
  return (
    <div className="field grow">
      <label htmlFor={id}>Search {nouns[1]}</label>
      <input
        id={id}
        type="search"
        value={search}
        placeholder="Any words"
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
    </div>
  );
}

/** The last change, and a button that scrolls to it. */
function News({ change: { at, came, went, isWhole, fresh } }: { change: LastChange }) {
  const now = useNow();
  const show = () => {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    document.querySelector('tr.fresh')?.scrollIntoView({ block: 'center', behavior: calm ? 'auto' : 'smooth' });
  };
  return (
    <p className="news">
      {isWhole ? 'All rows are new' : `${count(came, ['row', 'rows'])} added, ${went} removed`}, {ago(at, now)}
      {fresh.size > 0 && (
        <button type="button" className="link" onClick={show}>
          Show
        </button>
      )}
    </p>
  );
}

function YearChoice({ listing, year }: { listing: Listing; year: number }) {
  const id = useId();
  const years = Array.from({ length: LAST_YEAR - FIRST_YEAR + 1 }, (_, at) => LAST_YEAR - at);
  return (
    <div className="field">
      <label htmlFor={id}>Model year</label>
      <select
        id={id}
        value={year}
        onChange={(event) => {
          location.hash = addressOf(listing, Number(event.currentTarget.value));
        }}
      >
        {years.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </div>
  );
}

function NoRows({ search, nouns, clear }: { search: string; nouns: Listing['nouns']; clear(): void }) {
  return (
    <div className="empty">
      {search === '' ? (
        <p>The table has no {nouns[1]}.</p>
      ) : (
        <>
          <p>
            No {nouns[0]} has “{search}”.
          </p>
          <button type="button" onClick={clear}>
            Show all {nouns[1]}
          </button>
        </>
      )}
    </div>
  );
}

const SKELETON_ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

function Skeleton() {
  return (
    <div className="skeleton" aria-hidden="true">
      {SKELETON_ROWS.map((row) => (
        <span key={row} />
      ))}
    </div>
  );
}
