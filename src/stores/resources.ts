/** Table `resources`: definitions, their numbers and tombstones. Isolates keep copies of them for up to 30 s. */

import { DEFINITION_CACHE_MS } from '../contract/constants.ts';
import type { Resource, StoredResource } from '../contract/resource.ts';
import type { Resources } from '../contract/stores.ts';
import { log } from '../log.ts';
import { BoundedMap } from './bounded-map.ts';
import { overloaded } from './overloaded.ts';
import { within } from './timing.ts';

interface Row {
  title: string;
  definition: string | null;
  number: number;
  purged: number;
  changed_at: number;
}
const COLUMNS = 'title, definition, number, purged, changed_at';

/** How long D1 may take where a copy that ran out can stand in for it, ms. */
const TIMEOUT_MS = 2000;
/** A copy runs out so much sooner, so that it is never older than DEFINITION_CACHE_MS while D1 answers in time. */
const COPY_MS = DEFINITION_CACHE_MS - TIMEOUT_MS;
/** How long a copy stands while D1 does not answer, ms. */
const LAST_KNOWN_MS = 600_000;
/** Bytes of all copies in an isolate, roughly. */
const MEMORY_BYTES = 8 * 1024 * 1024;

interface Copy {
  resource: StoredResource | null;
  bytes: number;
  /** When D1 told it, and from when it is to be asked again, ms. */
  toldAt: number;
  askAt: number;
}
const copies = new BoundedMap<Copy>(MEMORY_BYTES, (copy) => copy.bytes);

// The number of a new definition, and all below it: nothing that an earlier one of the title left behind counts.
const CREATE = `
  INSERT INTO resources (title, definition, number, purged, changed_at) VALUES (?1, ?2, ?3, ?3, ?3)
  ON CONFLICT (title) DO UPDATE SET definition = excluded.definition,
    number = max(?3, number + 1), purged = max(?3, number + 1), changed_at = max(?3, changed_at + 1)
  WHERE definition IS NULL RETURNING ${COLUMNS}`;

const CHANGE = `
  UPDATE resources SET definition = ?2, number = CASE WHEN ?3 THEN max(?4, number + 1) ELSE number END,
    changed_at = max(?4, changed_at + 1)
  WHERE title = ?1 AND definition IS NOT NULL AND changed_at = ?5 RETURNING ${COLUMNS}`;

const REMOVE = `
  UPDATE resources SET definition = NULL, sweeping = 1,
    number = max(?2, number + 1), purged = max(?2, number + 1), changed_at = max(?2, changed_at + 1)
  WHERE title = ?1 AND definition IS NOT NULL AND (?3 IS NULL OR changed_at = ?3)`;

const EXPIRE = 'UPDATE resources SET number = max(?2, number + 1) WHERE title = ?1 AND definition IS NOT NULL';

const PURGE = `
  UPDATE resources SET number = max(?2, number + 1), purged = max(?2, number + 1), sweeping = 1
  WHERE title = ?1 AND definition IS NOT NULL`;

const END_SWEEP = 'UPDATE resources SET sweeping = 0 WHERE title = ?1 AND purged = ?2';

const DROP_TOMBSTONE = `
  DELETE FROM resources WHERE title = ?1 AND definition IS NULL AND sweeping = 0
  AND NOT EXISTS (SELECT 1 FROM entries WHERE resource = ?1)`;

/**
 * The definitions of a database; `now` is the clock of the copies, ms. Calls throw what D1 throws.
 *
 * @throws Problem `overloaded`, by `find`, when D1 does not answer and no copy can stand in
 */
export function d1Resources(db: D1Database, now: () => number = Date.now): Resources {
  async function read(title: string): Promise<StoredResource | null> {
    const row = await db
      .withSession('first-primary')
      .prepare(`SELECT ${COLUMNS} FROM resources WHERE title = ?1`)
      .bind(title)
      .first<Row>();
    const resource = row === null ? null : resourceOf(row);
    keep(title, resource, now());
    return resource;
  }

  async function run(sql: string, ...values: (string | number | null)[]): Promise<number> {
    const { meta } = await db
      .prepare(sql)
      .bind(...values)
      .run();
    return meta.changes;
  }

  return {
    async find(title, atLeast = 0) {
      const copy = copies.get(title);
      const usable = copy !== undefined && (copy.resource?.number ?? 0) >= atLeast ? copy : null;
      if (usable !== null && now() < usable.askAt) return definedOnly(usable.resource);
      // The others take the copy while this request asks, and as long after it has given up on a D1 that stalls.
      if (usable !== null) copies.set(title, { ...usable, askAt: now() + 2 * TIMEOUT_MS });
      try {
        return definedOnly(await within(read(title), TIMEOUT_MS));
      } catch (error) {
        if (usable === null || now() >= usable.toldAt + LAST_KNOWN_MS) {
          throw overloaded('The definition of the resource cannot be read right now; try again in a moment.', error);
        }
        log('warn', 'resources.last-known', { title, error });
        return definedOnly(usable.resource);
      }
    },

    read,

    async list(after, limit) {
      const { results } = await db
        .prepare(`SELECT ${COLUMNS} FROM resources WHERE title > ?1 AND definition IS NOT NULL ORDER BY title LIMIT ?2`)
        .bind(after ?? '', limit)
        .all<Row>();
      return results.map(resourceOf);
    },

    async put(title, definition, matters, expected, at) {
      const text = JSON.stringify(definition);
      const statement =
        expected === null
          ? db.prepare(CREATE).bind(title, text, at)
          : db.prepare(CHANGE).bind(title, text, matters ? 1 : 0, at, expected);
      const row = await statement.first<Row>();
      if (row === null) return null;
      const resource = resourceOf(row);
      keep(title, resource, now());
      return resource;
    },

    async remove(title, expected, at) {
      const changes = await run(REMOVE, title, at, expected);
      copies.delete(title);
      return changes > 0;
    },

    async expireAll(title, soft, at) {
      const changes = await run(soft ? EXPIRE : PURGE, title, at);
      copies.delete(title);
      return changes > 0;
    },

    async listSweeping(limit) {
      // The titles stand in the index of what is swept; a title is never empty.
      const sql = `SELECT ${COLUMNS} FROM resources WHERE sweeping = 1 AND title > '' ORDER BY title LIMIT ?1`;
      const { results } = await db.prepare(sql).bind(limit).all<Row>();
      return results.map(resourceOf);
    },

    async endSweep(title, purged) {
      await db.batch([db.prepare(END_SWEEP).bind(title, purged), db.prepare(DROP_TOMBSTONE).bind(title)]);
    },
  };
}

function keep(title: string, resource: StoredResource | null, now: number): void {
  const bytes = 500 + JSON.stringify(resource).length;
  copies.set(title, { resource, bytes, toldAt: now, askAt: now + COPY_MS });
}

/** A tombstone is kept for its number, and is none for those who look for a definition. */
function definedOnly(resource: StoredResource | null): StoredResource | null {
  return resource?.definition == null ? null : resource;
}

function resourceOf(row: Row): StoredResource {
  return {
    title: row.title,
    definition: row.definition === null ? null : (JSON.parse(row.definition) as Resource),
    number: row.number,
    purged: row.purged,
    changedAt: row.changed_at,
  };
}
