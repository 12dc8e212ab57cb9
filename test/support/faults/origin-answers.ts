/**
 * Random answers of an origin, and the expected result of each, derived from how the answer was made, not from how it
 * looks.
 */

import fc from 'fast-check';
import type { OriginAnswer } from '../origin.ts';

export type Kind = 'json' | 'ndjson' | 'csv' | 'document' | 'text';

/** How an answer is made. */
export interface Recipe {
  kind: Kind;
  status: number;
  /** Redirects within the origin before it. */
  hops: number;
  codings: readonly string[];
  /**
   * The fault: none; the connection is cut; the content is cut but the connection is not; the coding is mislabelled or
   * unknown.
   */
  fault: 'none' | 'connection' | 'content' | 'length' | 'mislabelled' | 'unknown coding';
  /** The kind of body, apart from its rows. */
  body:
    | 'whole'
    | 'null'
    | 'missing'
    | 'no columns'
    | 'next'
    | 'errors'
    | 'exception'
    | 'empty signs'
    | 'broken'
    | 'huge number';
  link: boolean;
  type: 'usual' | 'other' | 'html';
  etag: string | null;
  /** `same`: changed in the second of the answer. */
  lastModified: 'none' | 'earlier' | 'same' | '-1';
  /** The validator of a 304. */
  proof: 'same' | 'other' | 'none';
  rows: readonly number[];
}

/** What is held: the rows or text of the last good load, and the validators that may be sent. */
export interface Held {
  content: string;
  etag: string | null;
  lastModified: boolean;
}

const mostly = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

export const recipe = (kind: Kind): fc.Arbitrary<Recipe> =>
  fc.record({
    kind: fc.constant(kind),
    status: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(200, 200, 200, 201, 203) },
      // A higher weight, since validators only matter for a 304.
      { weight: 3, arbitrary: fc.constant(304) },
      { weight: 1, arbitrary: fc.constantFrom(202, 204, 205, 206, 404, 410, 429, 500, 503) },
    ),
    hops: mostly(0, 1, 3, 4),
    codings: fc.constantFrom<string[]>(
      [],
      [],
      ['gzip'],
      ['GZip'],
      ['x-gzip'],
      ['deflate'],
      ['br'],
      ['gzip', 'br'],
      ['BR', 'deflate'],
    ),
    fault: fc.oneof(
      { weight: 6, arbitrary: fc.constant('none' as const) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('connection', 'content', 'length', 'mislabelled', 'unknown coding' as const),
      },
    ),
    body: mostly(
      'whole' as const,
      ...([
        'null',
        'missing',
        'no columns',
        'next',
        'errors',
        'exception',
        'empty signs',
        'broken',
        'huge number',
      ] as const),
    ),
    link: mostly(false, false, true),
    type: mostly('usual' as const, 'other', 'html'),
    etag: fc.constantFrom(null, '"a"', '"b"', 'W/"a"', 'bare', '*', '-1'),
    lastModified: fc.constantFrom('none', 'earlier', 'same', '-1'),
    proof: fc.constantFrom('same', 'other', 'none'),
    rows: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 6 }),
  });

/** The oracle: what is held after a load of this answer; null: the load fails, and nothing changes. */
export function judged(made: Recipe, held: Held | null): Held | null {
  if (made.hops > 3) return null;
  if (made.status === 304) {
    if (held === null || (held.etag === null && !held.lastModified)) return null;
    if (held.etag === null || made.proof !== 'other') {
      return { ...held, etag: made.proof === 'none' ? held.etag : proofOf(made, held) };
    }
    return judged({ ...made, status: 200, hops: 0 }, held);
  }
  if (![200, 201, 203].includes(made.status) || made.link || made.fault !== 'none') return null;
  const isJson = made.kind === 'json' || made.kind === 'document';
  if (made.type === 'html' && made.kind !== 'document' && made.kind !== 'text') return null;
  const parses = isJson && !(made.kind === 'document' && made.type === 'html');
  if (parses && ['next', 'errors', 'exception', 'broken'].includes(made.body)) return null;
  if (made.kind === 'json' && ['missing', 'no columns', 'huge number'].includes(made.body)) return null;
  if (made.kind === 'ndjson' && ['no columns', 'broken', 'huge number'].includes(made.body)) return null;
  const etag = made.etag === '*' || made.etag === '-1' ? null : made.etag;
  return { content: contentOf(made), etag, lastModified: made.lastModified === 'earlier' };
}

/** The entity tag of a 304. */
function proofOf({ proof }: Recipe, held: Held | null): string {
  if (proof === 'same') return held?.etag ?? '"c"';
  return held?.etag === '"other"' ? '"another"' : '"other"';
}

/** What devices must get: rows in ascending order, or the text. */
function contentOf(made: Recipe): string {
  if (made.kind === 'document' || made.kind === 'text') return textOf(made);
  if (made.kind === 'json' && made.body === 'null') return '[]';
  const cells = made.kind === 'csv' ? made.rows.map(String) : [...made.rows];
  return JSON.stringify(cells.toSorted());
}

/** The body before any content coding. */
function textOf({ kind, body, rows }: Recipe): string {
  if (kind === 'text') return `text ${rows.join(' ')}`;
  if (kind === 'csv') return `a,b\r\n${rows.map((row) => `${row},x\r\n`).join('')}`;
  const bad = body === 'no columns' ? ['{"message":"no"}'] : body === 'huge number' ? ['{"a":1e999}'] : [];
  const items = [...rows.map((row) => `{"a":${row}}`), ...bad];
  if (kind === 'ndjson') return `${items.join('\n')}\n${body === 'broken' ? '{"a"' : ''}`;
  const signs: Record<string, string> = {
    next: ',"@odata.nextLink":"https://x/?page=2"',
    errors: ',"errors":[{"message":"x"}]',
    exception: ',"exception":"x"',
    'empty signs': ',"errors":[],"exception":null,"nextLink":"","next":"tuesday"',
    broken: ',',
  };
  const table = body === 'missing' ? '"x":1' : `"items":${body === 'null' ? 'null' : `[${items.join()}]`}`;
  return `{${table}${signs[body] ?? ''}}`;
}

const TYPES: Readonly<Record<Kind, readonly [usual: string, other: string]>> = {
  json: ['application/json', 'application/vnd.api+json; charset=latin1'],
  document: ['application/json; charset=utf-8', 'text/json'],
  ndjson: ['application/x-ndjson', 'text/plain'],
  csv: ['text/csv', 'application/octet-stream'],
  text: ['text/plain', 'application/pdf'],
};

/** The answer that the test's origin gives at `path`. */
export function answerOf(made: Recipe, held: Held | null, path: string): OriginAnswer {
  const { status, fault, codings, type, etag, lastModified } = made;
  const now = new Date();
  const modified = {
    none: null,
    earlier: new Date(now.getTime() - 86_400_000).toUTCString(),
    same: now.toUTCString(),
    '-1': '-1',
  };
  const given = { Date: now.toUTCString(), ETag: etag, 'Last-Modified': modified[lastModified] };
  const text = textOf(made);
  const [usual, other] = TYPES[made.kind];
  const headers = {
    ...Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))),
    'Content-Type': type === 'html' ? 'text/html' : type === 'other' ? other : usual,
    ...(made.link ? { Link: '<?page=2>; rel="next"' } : {}),
    ...(fault === 'mislabelled' ? { 'Content-Encoding': 'gzip' } : {}),
    ...(fault === 'unknown coding' ? { 'Content-Encoding': 'zstd' } : {}),
    ...(fault === 'length' ? { 'Content-Length': '100000' } : {}),
  };
  const isCoded = fault !== 'mislabelled' && fault !== 'unknown coding';
  const whole: OriginAnswer = {
    status,
    headers,
    body: text,
    codings: isCoded ? [...codings] : [],
    ...(fault === 'connection' || fault === 'length' ? { cut_after: 1 } : {}),
    // Cut content can only be detected with a content coding.
    ...(fault === 'content' ? { codings: codings.length > 0 ? [...codings] : ['gzip'], content_cut: 1 } : {}),
  };
  const tag = proofOf(made, held);
  const answer =
    status === 304
      ? { status, headers: made.proof === 'none' ? {} : { ETag: tag }, next: { ...whole, status: 200 } }
      : whole;
  return Array.from({ length: made.hops }).reduce<OriginAnswer>(
    (next) => ({ status: 302, headers: { Location: path }, next }),
    answer,
  );
}
