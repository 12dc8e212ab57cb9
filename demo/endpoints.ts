/** What the demo origin serves: for each path the rows that match a query, and the format of the answer. */

import { stringify } from '@vanillaes/csv';
import { airports, boroughs, type Cell, cars, countries, type Row, weather } from './tables.ts';

/** One path of the origin. */
export interface Endpoint {
  /** Selects the rows for a query; null: the body is fixed. */
  select: ((query: URLSearchParams) => Row[]) | null;
  /** Column whose value grows in a changed row; empty for fixed bodies. */
  changing: string;
  contentType?: string;
  render(rows: readonly Row[]): string;
}

const INSPECTIONS_PER_USER = 12;
const AIRPORT_COLUMNS = ['iata', 'name', 'city', 'state', 'open_findings'];

/** Path -> endpoint. */
export const endpoints: Readonly<Record<string, Endpoint>> = {
  '/countries': {
    select: (query) => where(countries, query, ['continent']),
    changing: 'population',
    render: (rows) => JSON.stringify({ countries: rows, continents: continentsOf(rows) }),
  },
  '/cars': {
    select: (query) => where(cars, query, ['year', 'origin']),
    changing: 'weight_lbs',
    render: (rows) => JSON.stringify({ cars: rows }),
  },
  '/weather': {
    select: (query) => weather.filter((row) => String(row.date).startsWith(query.get('year') ?? '')),
    changing: 'temp_max',
    render: (rows) => JSON.stringify({ days: rows }),
  },
  '/inspections': {
    select: (query) => inspectionsOf(query.get('user') ?? ''),
    changing: 'open_findings',
    render: (rows) => JSON.stringify({ items: rows }),
  },
  '/airports': {
    select: (query) => where(airports, query, ['state']),
    changing: 'open_findings',
    contentType: 'text/csv; charset=utf-8',
    render: (rows) =>
      stringify([AIRPORT_COLUMNS, ...rows.map((row) => AIRPORT_COLUMNS.map((name) => String(row[name])))]),
  },
  '/boroughs': { select: null, changing: '', render: () => boroughs },
};

/** Changes `count` of the rows, different ones at each `turn`. */
export function changeRows(rows: readonly Row[], column: string, count: number, turn: number): void {
  for (let at = 0; at < Math.min(count, rows.length); at += 1) {
    const row = rows[(turn * count + at) % rows.length];
    if (row !== undefined) row[column] = Number(row[column] ?? 0) + 1;
  }
}

function where(rows: readonly Row[], query: URLSearchParams, columns: readonly string[]): Row[] {
  return rows.filter((row) => columns.every((name) => !query.has(name) || query.get(name) === String(row[name])));
}

function continentsOf(rows: readonly Row[]): Row[] {
  const groups = Map.groupBy(rows, (row): Cell => row.continent ?? null);
  return Array.from(groups, ([continent, members]) => ({
    continent,
    countries: members.length,
    population: members.reduce((sum, row) => sum + Number(row.population), 0),
  }));
}

/** The airports that a user inspects; the same ones each time. */
function inspectionsOf(user: string): Row[] {
  const start = Array.from(user, (letter) => letter.codePointAt(0) ?? 0).reduce((sum, code) => sum * 31 + code, 7);
  return Array.from({ length: INSPECTIONS_PER_USER }, (_, at) => airports[(start + at * 97) % airports.length]).filter(
    (row) => row !== undefined,
  );
}
