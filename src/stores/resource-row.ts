/** A resource as a row of table `resources`. */

import * as v from 'valibot';
import { Resource, type StoredResource } from '../contract/resource.ts';
import { MAX_RESOURCES_OF_SOURCE, type StoredSource } from '../contract/source.ts';
import { isObject } from '../core/json-value.ts';
import { log } from '../log.ts';
import { isFirstInMinute } from './once-a-minute.ts';
import { sourceDefinitionOf } from './source-row.ts';

/** A row as D1 gives it; JSON in `definition`, null for a tombstone. */
export interface ResourceRow {
  title: string;
  definition: string | null;
  number: number;
  purged: number;
  changed_at: number;
  /**
   * JSON; null: the resource names no source, or one that does not exist. Left out where the row is not used for a
   * load.
   */
  of_source?: string | null;
}

/** The columns of a row, and the source that it names, in one statement, so that neither can change in between. */
export const COLUMNS = `title, definition, number, purged, changed_at, (
  SELECT json_object('name', s.name, 'changedAt', s.changed_at, 'definition', json(s.definition))
  FROM sources AS s WHERE s.name = resources.source) AS of_source`;

/** SQL that selects the rows of these titles. */
export const readSql = (asked: string) =>
  `SELECT ${COLUMNS} FROM ${asked} CROSS JOIN resources ON resources.title = asked.value`;

/** SQL condition: the definition names no source, or its source exists and may have one more resource. */
export function sourceTakes(title: string, definition: string): string {
  const name = `${definition} ->> '$.origin.source'`;
  return `(${name} IS NULL OR (EXISTS (SELECT 1 FROM sources WHERE name = ${name})
    AND (SELECT count(*) FROM resources AS other WHERE other.source = ${name} AND other.title <> ${title}) < ${MAX_RESOURCES_OF_SOURCE}))`;
}

/** The resource of a row. */
export function resourceOf(row: ResourceRow): StoredResource {
  return {
    title: row.title,
    definition: row.definition === null ? null : definitionOf(row.title, row.definition),
    number: row.number,
    purged: row.purged,
    changedAt: row.changed_at,
    ...(row.of_source == null ? {} : { source: namedSource(row.of_source) }),
  };
}

function namedSource(text: string): StoredSource {
  const { definition, ...source } = JSON.parse(text) as StoredSource;
  return { ...source, definition: sourceDefinitionOf(definition) };
}

/**
 * A definition in the form of this release: parsing adds the defaults of members that an older release did not know. A
 * definition that does not parse, such as one of a newer release, is used as it is: its caches stay readable, and lists
 * with it do not fail. Null: the text is not JSON, which counts as deleted.
 */
function definitionOf(title: string, text: string): Resource | null {
  const stored = jsonOf(text);
  const parsed = v.safeParse(Resource, stored);
  if (parsed.success) return parsed.output;
  logUnread(
    title,
    parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`),
  );
  return isObject(stored) ? (stored as unknown as Resource) : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function logUnread(title: string, faults: readonly string[]): void {
  if (!isFirstInMinute(`resource.not_parsed ${title}`, Date.now())) return;
  log('warn', 'resource.not_parsed', { resource: title, faults });
}
