/** Content types of origins (RFC 9110 section 8.3). */

import { LoadFailure } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';

const MAX_LENGTH = 256;
/** RFC 6838 section 4.2: names that are registered are no longer. */
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;

/** What tables are sent as, the usual name first. */
const TABLE_TYPES: Readonly<Record<Resource['format'], readonly [string, ...string[]]>> = {
  json: ['application/json'],
  ndjson: ['application/x-ndjson', 'application/ndjson', 'application/jsonl'],
  csv: ['text/csv'],
};

/** The content types that an origin may answer with; null: any. The first is the usual one. */
export function expectedTypes(resource: Resource): readonly [string, ...string[]] | null {
  if (resource.content_type !== undefined) return [resource.content_type];
  return resource.tables ? TABLE_TYPES[resource.format] : null;
}

/**
 * The content type of a body that is passed through, or that tables are read from.
 * @throws LoadFailure `origin-malformed` if it is not the declared one, or not UTF-8 where tables are read
 */
export function checkContentType(resource: Resource, contentType: string | null): string {
  const expected = expectedTypes(resource);
  const found = contentType ?? '';
  if (expected !== null && !expected.some((type) => essence(type) === essence(found))) {
    throw malformed(`The origin's content type is ${told(found)}, not ${essence(expected[0])}.`);
  }
  if (found.length > MAX_LENGTH) throw malformed(`The origin's content type is longer than ${MAX_LENGTH} characters.`);
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(found)?.[1];
  if (resource.tables && charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw malformed('Tables are read as UTF-8, and the origin says that it sent another charset.');
  }
  return found === '' ? 'application/octet-stream' : found;
}

/** Type and subtype in lower case, without parameters. */
function essence(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase();
}

/** What an operator can act on; a header that is no media type could hold anything. */
function told(contentType: string): string {
  if (contentType === '') return 'missing';
  return MEDIA_TYPE.test(essence(contentType)) ? essence(contentType) : 'no media type';
}

function malformed(detail: string): LoadFailure {
  return new LoadFailure('origin-malformed', detail);
}
