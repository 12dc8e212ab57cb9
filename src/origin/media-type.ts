/** Content types of origins (RFC 9110 section 8.3): which are requested, which are accepted, and which are JSON. */

import { LoadFailure } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import { encodingOf } from './charset.ts';

const MAX_LENGTH = 256;
/** RFC 6838 section 4.2: registered names are not longer. */
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;
/** A `content_type` that takes any type, and none. */
const ANY_TYPE = '*/*';

/** Content types of tables, the usual one first; `*` before a suffix matches anything (RFC 6839). */
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

/** `Accept` of a request: only the usual type. The list says what is accepted, not what is requested. */
export function acceptedTypes({ content_type, tables, format }: Resource): string {
  const declared = content_type === ANY_TYPE ? undefined : content_type;
  const usual = declared ?? (tables ? TABLE_TYPES[format][0] : undefined);
  return usual === undefined ? ANY_TYPE : `${usual}, */*;q=0.1`;
}

/**
 * The content type of a body that is passed through, or from which tables are read.
 * @throws LoadFailure `origin-malformed` if the type is not accepted
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
 * Name of the encoding of an answer with tables and without a byte order mark: the definition's, or, for CSV and XML,
 * that of the content type; null: XML declares it itself. JSON is always UTF-8 (RFC 8259 section 11).
 * @throws LoadFailure `origin-malformed` if the answer names an unknown encoding
 */
export function encodingOfAnswer({ charset, format }: Resource, contentType: string): string | null {
  const isSaid = format === 'csv' || format === 'xml';
  const said = isSaid ? (/;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1] ?? '') : '';
  // The Encoding standard reads ASCII as windows-1252, but an answer in ASCII has no other characters.
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

/** A text that an operator can act on; a header that is not a media type could contain anything. */
function quoted(contentType: string): string {
  if (contentType === '') return 'missing';
  return MEDIA_TYPE.test(essence(contentType)) ? essence(contentType) : 'no media type';
}

function malformed(detail: string, place: string): LoadFailure {
  return new LoadFailure('origin-malformed', detail, { place });
}
