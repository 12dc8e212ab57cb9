/** Table `sources`: definitions of sources. A load gets them together with its resource (resource-row.ts). */

import type { Sources } from '../contract/source.ts';
import { forgetCopies } from './resource-copies.ts';
import { copyMarks, MARK_COLUMNS, type MarkRow } from './resource-marks.ts';
import { type SourceRow as Row, sourceOf } from './source-row.ts';

const COLUMNS = 'name, definition, changed_at';

const READ = `SELECT ${COLUMNS} FROM sources WHERE name = ?1`;
const LIST = `SELECT ${COLUMNS} FROM sources WHERE name > ?1 ORDER BY name LIMIT ?2`;
const COUNT = 'SELECT count(*) AS count FROM resources WHERE source = ?1';
const TITLES = 'SELECT title FROM resources WHERE source = ?1 ORDER BY title LIMIT ?2';
const CREATE = `
  INSERT INTO sources (name, definition, changed_at) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING RETURNING ${COLUMNS}`;
const CHANGE = `
  UPDATE sources SET definition = ?2, changed_at = max(?3, changed_at + 1)
  WHERE name = ?1 AND changed_at = ?4 RETURNING ${COLUMNS}`;
// Runs in one batch with a change, before it: both find the same row, or neither does.
const COUNT_ON = `
  UPDATE resources SET number = max(?2, number + 1)
  WHERE source = ?1 AND EXISTS (SELECT 1 FROM sources WHERE name = ?1 AND changed_at = ?3) RETURNING ${MARK_COLUMNS}`;
const REMOVE = `
  DELETE FROM sources
  WHERE name = ?1 AND changed_at = ?2 AND NOT EXISTS (SELECT 1 FROM resources WHERE source = ?1)`;

/**
 * The sources in the first of these databases; the others have marks of the resources that name them
 * (resource-marks.ts). Methods throw what D1 throws.
 */
export function d1Sources(databases: readonly D1Database[]): Sources {
  const [db, ...others] = databases as [D1Database, ...D1Database[]];

  return {
    async read(name) {
      const row = await db.withSession('first-primary').prepare(READ).bind(name).first<Row>();
      return row === null ? null : sourceOf(row);
    },

    async list(after, limit) {
      const { results } = await db
        .prepare(LIST)
        .bind(after ?? '', limit + 1)
        .all<Row>();
      const page = results.slice(0, limit);
      return { sources: page.map(sourceOf), next: results.length > limit ? (page.at(-1)?.name ?? null) : null };
    },

    async countResources(name) {
      return (await db.prepare(COUNT).bind(name).first<number>('count')) ?? 0;
    },

    async titlesOf(name, limit) {
      const { results } = await db.prepare(TITLES).bind(name, limit).all<{ title: string }>();
      return results.map(({ title }) => title);
    },

    async put(name, definition, matters, expected, at) {
      const text = JSON.stringify(definition);
      if (expected === null) {
        const row = await db.prepare(CREATE).bind(name, text, at).first<Row>();
        return row === null ? null : { source: sourceOf(row), resources: [] };
      }
      const change = db.prepare(CHANGE).bind(name, text, at, expected);
      const counting = matters ? [db.prepare(COUNT_ON).bind(name, at, expected)] : [];
      const results = await db.batch<Row | MarkRow>([...counting, change]);
      const row = results.at(-1)?.results[0] as Row | undefined;
      if (row === undefined) return null;
      const marks = matters ? ((results[0]?.results ?? []) as MarkRow[]) : [];
      const titles = marks.map(({ title }) => title);
      forgetCopies(titles);
      // If this fails, the walk that copies all marks repairs it.
      if (marks.length > 0) await copyMarks(marks, others);
      return { source: sourceOf(row), resources: titles };
    },

    async remove(name, expected) {
      const { meta } = await db.prepare(REMOVE).bind(name, expected).run();
      return meta.changes > 0;
    },
  };
}
