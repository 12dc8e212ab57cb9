/** Content types of origins (RFC 9110 section 8.3). */

import { LoadFailure } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';

const MAX_LENGTH = 256;

/**
 * The content type of a body that is passed through, or that tables are read from.
 * @throws LoadFailure `origin-malformed` if it is not the declared one, or not UTF-8 where tables are read
 */
export function checkContentType(resource: Resource, contentType: string | null): string {
  const declared = resource.content_type ?? (resource.tables ? 'application/json' : null);
  const found = contentType ?? '';
  if (declared !== null && essence(found) !== essence(declared)) {
    throw malformed(`The origin's content type is ${essence(found) || 'missing'}, not ${essence(declared)}.`);
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

function malformed(detail: string): LoadFailure {
  return new LoadFailure('origin-malformed', detail);
}
