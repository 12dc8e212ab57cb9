/** Definitions as D1 has them: written by this release, or by an older or newer one. */

import * as v from 'valibot';
import { Resource } from '../contract/resource.ts';
import { isObject } from '../core/json-value.ts';
import { log } from '../log.ts';
import { isFirstInMinute } from './once-a-minute.ts';

/**
 * A definition in the form of this release: parsing adds the defaults of members that an older release did not know. A definition
 * that does not parse, such as one of a newer release, is used as it is: its caches stay readable, and lists with it do not fail.
 * Null: the text is not JSON, which counts as deleted.
 */
export function definitionOf(title: string, text: string): Resource | null {
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
