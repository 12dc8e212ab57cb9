/** Definitions as D1 has them: written by this release, an older or a newer one. */

import * as v from 'valibot';
import { Resource } from '../contract/resource.ts';
import { isObject } from '../core/json-value.ts';
import { log } from '../log.ts';
import { isFirstInMinute } from './once-a-minute.ts';

/**
 * A definition as this release has it: parsed, so that a member which an older one did not know has its default. One that does not
 * parse, such as that of a newer release, is taken as it stands: its caches are served rather than lost, and it keeps no other from
 * being read. Null: it is no JSON, which counts as deleted.
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
