/**
 * Table `resource_counts`: the states of each resource's caches, counted by a walk in limited steps, so that no request
 * scans a table.
 */

import type { Counted, ResourceCounts } from '../contract/resource-counts.ts';
import { moveWalk, readWalk } from './walks.ts';

/** Shortest time between the beginnings of two rounds, ms: each round writes one row per resource. */
const ROUND_MS = 300_000;
/** Rows that one step reads in each database. */
const STEP_ROWS = 10_000;
const STEP_RESOURCES = 50;

const WALK = 'count-entries';

const RESOURCES = `
  SELECT title, number, purged, definition ->> '$.ttl_s' AS ttl_s FROM resources
  WHERE title >= ?1 AND definition IS NOT NULL ORDER BY title LIMIT ?2`;

// The same rules as in core/freshness.ts. A mark of a resource (resource-marks.ts) has no ttl_s.
const COUNT = `
  SELECT count(*) AS total, sum(is_fresh) AS fresh, sum(is_failing) AS failing, sum(bytes) AS bytes,
    max(loaded_at) AS loadedAt, max(key) AS last FROM (
    SELECT key, last_error IS NOT NULL AS is_failing,
      version IS NOT NULL AND number >= ?3 AND expires_at > ?5
        AND (?6 IS NULL OR (document ->> '$.loaded.loadedAt') + ?6 * 1000 > ?5) AS is_fresh,
      CASE WHEN version IS NOT NULL AND number >= ?4 THEN document ->> '$.loaded.bytes' END AS bytes,
      CASE WHEN version IS NOT NULL AND number >= ?4 THEN document ->> '$.loaded.loadedAt' END AS loaded_at
    FROM entries WHERE resource = ?1 AND key > ?2 ORDER BY key LIMIT ?7)`;

const PUT = `
  INSERT INTO resource_counts (resource, fresh, stale, failing, bytes, loaded_at, counted_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
  ON CONFLICT (resource) DO UPDATE SET fresh = excluded.fresh, stale = excluded.stale, failing = excluded.failing,
    bytes = excluded.bytes, loaded_at = excluded.loaded_at, counted_at = excluded.counted_at`;

const READ = `
  SELECT resource, fresh, stale, failing, bytes, loaded_at AS loadedAt, counted_at AS countedAt FROM resource_counts
  WHERE resource IN (SELECT value FROM json_each(?1))`;

interface ResourceRow {
  title: string;
  number: number;
  purged: number;
  ttl_s: number | null;
}

interface CountRow {
  total: number;
  fresh: number | null;
  failing: number | null;
  bytes: number | null;
  loadedAt: number | null;
  last: string | null;
}

/** `loadedAt` is missing in a place that was stored by an earlier release. */
type Sums = Record<'total' | 'fresh' | 'failing' | 'bytes', number> & { loadedAt?: number | null };
const NOTHING: Sums = { total: 0, fresh: 0, failing: 0, bytes: 0, loadedAt: null };

/** The progress of a round: the next title, and its counts up to the key `after`. */
interface Place {
  startedAt: number;
  title: string;
  after: string;
  sums: Sums;
}
/** The state between rounds. */
interface Pause {
  nextAt: number;
}

/** @param databases the databases with entries, whose counts are added up */
export function d1ResourceCounts(databases: readonly D1Database[], stepRows = STEP_ROWS): ResourceCounts {
  async function readAll(titles: readonly string[]): Promise<Map<string, Counted>> {
    const bound = JSON.stringify(titles);
    const found = await Promise.all(
      databases.map((db) => db.prepare(READ).bind(bound).all<Counted & { resource: string }>()),
    );
    const sums = new Map<string, Counted>();
    for (const { resource, ...counted } of found.flatMap(({ results }) => results)) {
      const before = sums.get(resource);
      sums.set(resource, before === undefined ? counted : added(before, counted));
    }
    return sums;
  }

  return {
    read: async (title) => (await readAll([title])).get(title) ?? null,
    readAll,

    async walk(now) {
      await Promise.all(databases.map((db) => step(db, now, stepRows)));
    },
  };
}

function added(one: Counted, other: Counted): Counted {
  return {
    fresh: one.fresh + other.fresh,
    stale: one.stale + other.stale,
    failing: one.failing + other.failing,
    bytes: one.bytes + other.bytes,
    loadedAt: later(one.loadedAt, other.loadedAt),
    countedAt: Math.min(one.countedAt, other.countedAt),
  };
}

function later(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

async function step(db: D1Database, now: number, stepRows: number): Promise<void> {
  const walk = await readWalk<Place | Pause>(db, WALK);
  if (walk !== null && 'nextAt' in walk && now < walk.nextAt) return;
  const from = walk !== null && 'title' in walk ? walk : { startedAt: now, title: '', after: '', sums: NOTHING };
  const { results } = await db.prepare(RESOURCES).bind(from.title, STEP_RESOURCES).all<ResourceRow>();
  const puts: D1PreparedStatement[] = [];
  let left = stepRows;
  for (const resource of results) {
    const { title } = resource;
    // The resource that the round was counting may have been deleted meanwhile.
    const isSame = title === from.title;
    const { after, sums } = isSame ? from : { after: '', sums: NOTHING };
    const page = await count(db, resource, after, left, now);
    const counted = plus(sums, page);
    if (page.total === left) {
      await db.batch([...puts, moveWalk(db, WALK, { ...from, title, after: page.last ?? after, sums: counted })]);
      return;
    }
    puts.push(putOf(db, title, counted, now));
    left -= page.total;
  }
  const last = results.length < STEP_RESOURCES ? undefined : results.at(-1);
  // Sorts after the last title and before the next: titles have no control characters.
  const next = last && { ...from, title: `${last.title}\u0001`, after: '', sums: NOTHING };
  await db.batch([...puts, moveWalk(db, WALK, next ?? { nextAt: from.startedAt + ROUND_MS })]);
}

async function count(
  db: D1Database,
  { title, number, purged, ttl_s }: ResourceRow,
  after: string,
  limit: number,
  now: number,
): Promise<CountRow> {
  const row = await db.prepare(COUNT).bind(title, after, number, purged, now, ttl_s, limit).first<CountRow>();
  return row ?? { total: 0, fresh: 0, failing: 0, bytes: 0, loadedAt: null, last: null };
}

function plus(sums: Sums, row: CountRow): Sums {
  return {
    total: sums.total + row.total,
    fresh: sums.fresh + (row.fresh ?? 0),
    failing: sums.failing + (row.failing ?? 0),
    bytes: sums.bytes + (row.bytes ?? 0),
    loadedAt: later(sums.loadedAt ?? null, row.loadedAt),
  };
}

function putOf(
  db: D1Database,
  title: string,
  { total, fresh, failing, bytes, loadedAt }: Sums,
  now: number,
): D1PreparedStatement {
  return db.prepare(PUT).bind(title, fresh, total - fresh, failing, bytes, loadedAt ?? null, now);
}
