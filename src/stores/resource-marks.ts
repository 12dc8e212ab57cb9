/**
 * Marks of resources in each database of entries (ENTRY_SHARDS), so that a look-up there is still one statement. The
 * first database has the original; table `resources` of the others has only what entries are judged by, and `{}` as the
 * definition.
 */

import type { Resources } from '../ports/stores.ts';
import { d1Resources } from './resources.ts';
import { moveWalk, readWalk } from './walks.ts';

/** A mark as D1 gives it. */
export interface MarkRow {
  title: string;
  is_defined: number;
  number: number;
  purged: number;
  changed_at: number;
}
/** The columns of a mark. */
export const MARK_COLUMNS = 'title, definition IS NOT NULL AS is_defined, number, purged, changed_at';
const MARKS = `SELECT ${MARK_COLUMNS} FROM resources`;

// Both numbers only grow, so a late copy changes nothing.
const COPY = `
  INSERT INTO resources (title, definition, number, purged, changed_at)
  SELECT value ->> 'title', CASE WHEN value ->> 'is_defined' THEN '{}' END, value ->> 'number', value ->> 'purged',
    value ->> 'changed_at'
  FROM json_each(?1) WHERE true
  ON CONFLICT (title) DO UPDATE SET definition = excluded.definition, number = excluded.number,
    purged = excluded.purged, changed_at = excluded.changed_at
  WHERE (excluded.number, excluded.changed_at) > (number, changed_at)`;

const WALK = 'copy-resource-marks';
/** Resources per step of the walk. */
const WALKED_RESOURCES = 1000;

/**
 * The definitions of the first database. A change is complete when all databases have its mark. If one of them fails,
 * the call throws, and the walk repairs it later.
 */
export function markedResources(databases: readonly D1Database[]): Resources {
  const [first, ...others] = databases as [D1Database, ...D1Database[]];
  const resources = d1Resources(first);

  async function copyMarkAfter<T>(title: string, change: T): Promise<T> {
    if (change === null || change === false) return change;
    const { results } = await first.prepare(`${MARKS} WHERE title = ?1`).bind(title).all<MarkRow>();
    await copyMarks(results, others);
    return change;
  }

  return {
    ...resources,
    put: async (title, ...rest) => copyMarkAfter(title, await resources.put(title, ...rest)),
    remove: async (title, ...rest) => copyMarkAfter(title, await resources.remove(title, ...rest)),
    expireAll: async (title, ...rest) => copyMarkAfter(title, await resources.expireAll(title, ...rest)),

    async listSweeping(limit) {
      // A sweep must not begin while a database may still have the resource as defined, and keep its entries.
      const swept = await resources.listSweeping(limit);
      for (const { title } of swept) await copyMarkAfter(title, true);
      return swept;
    },

    async endSweep(title, purged) {
      await Promise.all(databases.map((db) => d1Resources(db).endSweep(title, purged)));
    },
  };
}

/** One step of the walk that copies all marks: it adds those that a failed change or a new database lacks. */
export async function copyAllMarks([first, ...others]: readonly D1Database[]): Promise<void> {
  if (first === undefined) return;
  const after = (await readWalk<string>(first, WALK)) ?? '';
  const sql = `${MARKS} WHERE title > ?1 ORDER BY title LIMIT ?2`;
  const { results } = await first.prepare(sql).bind(after, WALKED_RESOURCES).all<MarkRow>();
  await copyMarks(results, others);
  const last = results.length < WALKED_RESOURCES ? undefined : results.at(-1);
  await moveWalk(first, WALK, last?.title ?? null).run();
}

/** Writes marks to these databases. */
export async function copyMarks(marks: readonly MarkRow[], databases: readonly D1Database[]): Promise<void> {
  await Promise.all(databases.map((db) => db.prepare(COPY).bind(JSON.stringify(marks)).run()));
}
