/** A source as a row of table `sources`. */

import * as v from 'valibot';
import { Source, type StoredSource } from '../contract/source.ts';

/** A row as D1 gives it; JSON in `definition`. */
export interface SourceRow {
  name: string;
  definition: string;
  changed_at: number;
}

/** The source of a row. */
export function sourceOf({ name, definition, changed_at }: SourceRow): StoredSource {
  return { name, definition: sourceDefinitionOf(JSON.parse(definition)), changedAt: changed_at };
}

/** Adds the defaults of members that were introduced later. A definition that does not parse, such as one of a newer release, is used as it is. */
export function sourceDefinitionOf(stored: unknown): Source {
  const parsed = v.safeParse(Source, stored);
  return parsed.success ? parsed.output : (stored as Source);
}
