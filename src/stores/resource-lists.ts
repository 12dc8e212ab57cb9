/** Lists from table `resources`, in order of title. */

import type { ResourceFilter, Resources } from '../ports/stores.ts';
import { statementsFor } from './bound-values.ts';
import { isLarge, rowsThatFit, type SizedRow, sizedColumn } from './bounded-page.ts';
import { type ResourceRow as Row, readSql, resourceOf } from './resource-row.ts';

/** Most resources that a page reads when it selects some by name. */
const LOOKED_RESOURCES = 1000;
/** Searched characters of a URL. */
const SEARCHED_URL = 2048;

// The part of core/access.ts that a page needs. A definition that is not JSON counts as deleted.
const OPEN = `
  CASE WHEN NOT json_valid(definition) THEN 0 WHEN definition ->> '$.groups' IS NULL THEN 1
  ELSE EXISTS (SELECT 1 FROM json_each(definition, '$.groups') WHERE value IN (SELECT value FROM json_each(?3))) END`;

const COLUMNS = `title, ${sizedColumn('resources', 'definition')}, number, purged, changed_at`;
const AFTER = 'title > ?1 AND definition IS NOT NULL';
const IN_ORDER = 'ORDER BY title LIMIT ?2';
const LIST = `SELECT ${COLUMNS} FROM resources WHERE ${AFTER} AND (?3 IS NULL OR ${OPEN}) ${IN_ORDER}`;
/** Uses the index of sources, whose rows also contain the title. */
const LIST_OF = `SELECT ${COLUMNS} FROM resources WHERE source = ?4 AND ${AFTER} AND (?3 IS NULL OR ${OPEN}) ${IN_ORDER}`;

const NAMED = `title, coalesce(source, '') AS source,
  coalesce(CASE WHEN json_valid(definition) THEN substr(definition ->> '$.origin.url', 1, ${SEARCHED_URL}) END, '') AS url`;
const NAMES = `SELECT ${NAMED} FROM resources WHERE ${AFTER} ${IN_ORDER}`;
const NAMES_OF = `SELECT ${NAMED} FROM resources WHERE source = ?3 AND ${AFTER} ${IN_ORDER}`;
const listedSql = (asked: string) =>
  `SELECT ${COLUMNS} FROM ${asked} CROSS JOIN resources ON resources.title = asked.value WHERE definition IS NOT NULL`;

type Listed = Row & SizedRow;

/** Rows of a page, plus one if there are more. `end`: the last title that was read; null: the end of the list. */
interface Found {
  rows: Listed[];
  end: string | null;
}

/** The page after a title, as in `Resources.list`. */
export async function listResources(
  db: D1Database,
  after: string | null,
  limit: number,
  filter: ResourceFilter,
): ReturnType<Resources['list']> {
  const found = filter.fits === undefined ? inOrder : fitting;
  const { rows, end } = await found(db, after ?? '', limit + 1, filter);
  const page = rows.slice(0, rowsThatFit(rows.slice(0, limit)));
  const large = page.filter(isLarge).map(({ title }) => title);
  const whole = large.length === 0 ? [] : await db.batch<Row>(statementsFor(db, large, readSql));
  const byTitle = new Map(whole.flatMap(({ results }) => results.map((row) => [row.title, row])));
  const resources = page.flatMap((row) => (isLarge(row) ? (byTitle.get(row.title) ?? []) : row)).map(resourceOf);
  return { resources, next: rows.length > page.length ? (page.at(-1)?.title ?? end) : end };
}

async function inOrder(
  db: D1Database,
  after: string,
  most: number,
  { groups = null, source }: ResourceFilter,
): Promise<Found> {
  const values = [after, most, groups && JSON.stringify([...groups]), ...(source === undefined ? [] : [source])];
  const { results } = await db
    .prepare(source === undefined ? LIST : LIST_OF)
    .bind(...values)
    .all<Listed>();
  return { rows: results, end: null };
}

/** Compares names here, since SQLite ignores the case of ASCII letters only. */
async function fitting(
  db: D1Database,
  after: string,
  most: number,
  { source, fits = () => true }: ResourceFilter,
): Promise<Found> {
  const { results: looked } = await db
    .prepare(source === undefined ? NAMES : NAMES_OF)
    .bind(after, LOOKED_RESOURCES, ...(source === undefined ? [] : [source]))
    .all<{ title: string; source: string; url: string }>();
  const titles = looked.filter((named) => fits(named.title, named.source, named.url)).map(({ title }) => title);
  const wanted = titles.slice(0, most);
  const isWhole = wanted.length < most && looked.length < LOOKED_RESOURCES;
  const end = isWhole ? null : ((wanted.length < most ? looked.at(-1)?.title : wanted.at(-1)) ?? null);
  if (wanted.length === 0) return { rows: [], end };
  const pages = await db.batch<Listed>(statementsFor(db, wanted, listedSql));
  return { rows: pages.flatMap(({ results }) => results), end };
}
