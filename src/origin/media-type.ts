/** Content types of origins (RFC 9110 section 8.3): what is asked for, what is taken, and what is JSON. */

import { LoadFailure } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import { encodingOf } from './charset.ts';

const MAX_LENGTH = 256;
/** RFC 6838 section 4.2: names that are registered are no longer. */
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;
/** A `content_type` that takes any type, and none. */
const ANY_TYPE = '*/*';

/** What tables are sent as, the usual name first; `*` before a suffix stands for anything (RFC 6839). */
const TABLE_TYPES: Readonly<Record<Resource['format'], readonly [string, ...string[]]>> = {
  json: ['application/json', '*+json', 'text/json', 'application/x-javascript'],
  ndjson: [
    'application/x-ndjson',
    'application/ndjson',
    'application/jsonl',
    'application/jsonlines',
    'application/json',
    'text/plain',
  ],
  csv: [
    'text/csv',
    'application/csv',
    'text/x-csv',
    'application/vnd.ms-excel',
    'text/plain',
    'application/octet-stream',
  ],
  xml: ['text/xml', 'application/xml', '*+xml'],
};

/** `Accept` of a request: the usual type alone, for the list is what is taken and never what is asked for. */
export function acceptedTypes({ content_type, tables, format }: Resource): string {
  const declared = content_type === ANY_TYPE ? undefined : content_type;
  const usual = declared ?? (tables ? TABLE_TYPES[format][0] : undefined);
  return usual === undefined ? ANY_TYPE : `${usual}, */*;q=0.1`;
}

/**
 * The content type of a body that is passed through, or that tables are read from.
 * @throws LoadFailure `origin-malformed` if it is not one of those that are taken
 */
export function checkContentType(resource: Resource, contentType: string | null): string {
  const found = contentType ?? '';
  const taken = takenTypes(resource);
  if (taken !== null && !taken.some((type) => isOfType(found, type))) {
    throw malformed(
      `The origin's content type is ${quoted(found)}, not ${essence(taken[0])}. A page in place of data means a wrong address, or a session that has ended; if the type is right, name it in content_type.`,
      '/content_type',
    );
  }
  if (found.length > MAX_LENGTH)
    throw malformed(`The origin's content type is longer than ${MAX_LENGTH} characters.`, '/content_type');
  return found === '' ? 'application/octet-stream' : found;
}

/**
 * Name of the encoding of an answer with tables, where no byte order mark says it: by the definition, of CSV and XML else by the answer's type;
 * null: XML itself says it. JSON is UTF-8 whatever its type says (RFC 8259 section 11).
 * @throws LoadFailure `origin-malformed` if the answer names one that is not known
 */
export function encodingOfAnswer({ charset, format }: Resource, contentType: string): string | null {
  const isSaid = format === 'csv' || format === 'xml';
  const said = isSaid ? (/;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1] ?? '') : '';
  // The Encoding standard takes ASCII for windows-1252, and whoever says so has no other characters.
  const isSilent = said === '' || /^us-ascii$/i.test(said);
  if (charset === undefined && isSilent && format === 'xml') return null;
  const label = charset ?? (isSilent ? 'utf-8' : said);
  const encoding = encodingOf(label);
  if (encoding === null)
    throw malformed(
      'The charset that the answer names is not known: name the right one in charset of the definition, which goes before it.',
      '/charset',
    );
  return encoding;
}

/** Whether a body of this type is JSON. */
export function isJsonType(contentType: string): boolean {
  return TABLE_TYPES.json.some((type) => isOfType(contentType, type));
}

/** Null: any. */
function takenTypes({ content_type, tables, format }: Resource): readonly [string, ...string[]] | null {
  if (content_type === ANY_TYPE) return null;
  if (content_type !== undefined) return [content_type];
  return tables ? TABLE_TYPES[format] : null;
}

function isOfType(found: string, type: string): boolean {
  return type.startsWith('*')
    ? /^[^/]+\/[^/]+$/.test(essence(found)) && essence(found).endsWith(type.slice(1))
    : essence(found) === essence(type);
}

/** Type and subtype in lower case, without parameters. */
function essence(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase();
}

/** What an operator can act on; a header that is no media type could hold anything. */
function quoted(contentType: string): string {
  if (contentType === '') return 'missing';
  return MEDIA_TYPE.test(essence(contentType)) ? essence(contentType) : 'no media type';
}

function malformed(detail: string, place: string): LoadFailure {
  return new LoadFailure('origin-malformed', detail, { place });
}
