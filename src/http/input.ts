/** Bodies and queries of requests, checked before they are used. */

import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { validator } from 'hono-openapi';
import * as v from 'valibot';
import { about } from '../contract/about.ts';
import { MAX_PAGE, MAX_REQUEST_BYTES } from '../contract/constants.ts';
import { Problem } from '../contract/problem.ts';
import { faultsOfForm } from '../core/form-faults.ts';
import { invalidParameters } from '../core/input-faults.ts';
import { demandInterchangeable, parseJsonText } from '../core/json.ts';
import { isObject } from '../core/json-value.ts';
import { pointerTo } from '../core/pointer.ts';
import type { Json } from '../ports/entry.ts';
import { type AppEnv, factory } from './factory.ts';

/** Longest search text, characters. */
const MAX_SEARCH = 128;
/** Fault text for an invalid time in the query. */
const NO_MOMENT = 'must be a time such as 2026-11-23T19:14:36Z';

/** Refuses a body over 64 KiB with 413. */
export const limitBody = bodyLimit({
  maxSize: MAX_REQUEST_BYTES,
  onError: () => {
    throw new Problem('too-large', `A body may have at most ${MAX_REQUEST_BYTES} bytes.`);
  },
});

/**
 * @throws Problem `invalid-parameters` for an ambiguous query: invalid percent-encoding, NUL characters, repeated names
 */
export function demandReadableQuery(c: Context<AppEnv>): void {
  if (!c.req.url.includes('?')) return;
  const names = new Set<string>();
  for (const [name] of queryPairs(c)) {
    if (names.has(name)) throw invalidQuery(name, 'must not be repeated');
    // Both would go unnoticed: query parsers skip an empty name, and an object takes `__proto__` as its prototype.
    if (name === '' || name === '__proto__') throw invalidQuery(name, 'is not known here');
    names.add(name);
  }
}

/** The raw query without its question mark. */
export function queryOf(c: Context<AppEnv>): string {
  const { url } = c.req;
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1).replace(/#.*$/s, '');
}

/**
 * Returns the decoded names and values of the query, in order (WHATWG URL, application/x-www-form-urlencoded).
 *
 * @throws Problem `invalid-parameters` for percent-encoding that is not UTF-8, and for NUL characters
 */
export function queryPairs(c: Context<AppEnv>): [name: string, value: string][] {
  return queryOf(c)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const name = decode(equals < 0 ? pair : pair.slice(0, equals), pair);
      return [name, equals < 0 ? '' : decode(pair.slice(equals + 1), name)];
    });
}

function decode(text: string, name: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidQuery(name, 'has percent-encoding that is not UTF-8');
  }
  if (decoded.includes('\0')) throw invalidQuery(name, 'must not have NUL characters');
  return decoded;
}

function invalidQuery(name: string, detail: string): Problem {
  return invalidParameters([{ pointer: pointerTo('', name), detail }]);
}

/**
 * Checks and documents the query of a route. Refuses unknown names if the schema is a `v.strictObject`. Read the result
 * by `c.req.valid('query')`.
 */
export function query<Schema extends v.GenericSchema<Record<string, unknown>, unknown>>(schema: Schema) {
  return validator<Schema, 'query', AppEnv, string>('query', schema, (result, c) => {
    if (result.success) return;
    const issues = result.error as unknown as readonly v.BaseIssue<unknown>[];
    throw invalidParameters(faultsOfForm(c.req.query(), schema, issues));
  });
}

const refuseNames = query(v.strictObject({}));

/** Refuses every name in the query. */
export const noQuery = factory.createMiddleware(async function noQuery(c, next) {
  // Hardly any request has a query here, and checking one takes as long as reading the body.
  return c.req.url.includes('?') ? refuseNames(c, next) : next();
});

/** A whole number in the query; `usual` is the default. */
export function wholeNumber({ min, max, usual }: { min: number; max: number; usual: number }, description: string) {
  return about(
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^[0-9]{1,9}$/, 'must be a whole number'),
        v.transform(Number),
        v.number(),
        v.integer(),
        v.minValue(min),
        v.maxValue(max),
      ),
      String(usual),
    ),
    description,
  );
}

/** The member `limit` of a list: from 1 to `most`; `usual` is the default. */
export function pageLimit(most: number, description: string, usual = most) {
  return wholeNumber({ min: 1, max: most, usual }, description);
}

/** Members of the query of every list. */
export const PageQuery = {
  limit: pageLimit(MAX_PAGE, 'Most items on a page.'),
  cursor: about(
    v.optional(v.pipe(v.string(), v.maxLength(4096))),
    'Where to continue: the cursor of the previous answer, from `Link` or `next`. Default: the start.',
  ),
};

/** A search text. */
export const SearchText = (description: string) =>
  about(v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_SEARCH))), description);

/** A time in the query: RFC 3339. */
export const Moment = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i, NO_MOMENT),
  v.check((text) => !Number.isNaN(Date.parse(text)), NO_MOMENT),
);

/** A boolean in the query; the default is false. */
export const Flag = v.optional(
  v.pipe(
    v.picklist(['true', 'false']),
    v.transform((text) => text === 'true'),
    v.boolean(),
  ),
  'false',
);

/**
 * Reads the body as JSON.
 *
 * @throws Problem `unsupported-media-type`, `invalid-json`, `invalid-parameters`
 */
export async function readJson(c: Context<AppEnv>): Promise<Json> {
  return demandInterchangeable(await readJsonText(c));
}

/** Same, without a check of the content: the caller must check its parts with `demandInterchangeable`. */
export async function readJsonText(c: Context<AppEnv>): Promise<Json> {
  const type = c.req.header('Content-Type') ?? 'application/json';
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new Problem('unsupported-media-type', 'Send JSON with "Content-Type: application/json".');
  }
  if (!/^(?:identity)?$/i.test(c.req.header('Content-Encoding') ?? '')) {
    throw new Problem('unsupported-media-type', 'Send the body uncompressed, without a Content-Encoding.', {
      headers: { 'Accept-Encoding': 'identity' },
    });
  }
  return parseJsonText(utf8(await c.req.arrayBuffer()));
}

/** Same, for a body that must be an object. */
export async function readJsonObject(c: Context<AppEnv>): Promise<{ [name: string]: Json }> {
  const body = await readJson(c);
  if (!isObject(body)) throw invalidParameters([{ pointer: '', detail: 'must be a JSON object' }]);
  return body;
}

/** Parses a value by a schema. @throws Problem `invalid-parameters` with a pointer for each fault */
export function checked<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const read = v.safeParse(schema, value);
  // Valibot accepts an array as an object. Most values have no array, so that nothing has to be looked for.
  const faults = read.success && !hasArray(value) ? [] : faultsOfForm(value, schema, read.issues ?? []);
  if (!read.success || faults.length > 0) throw invalidParameters(faults);
  return read.output;
}

/** Whether an array is at or in a value that was read as JSON. */
function hasArray(value: unknown): boolean {
  return Array.isArray(value) || (isObject(value) && Object.values(value).some(hasArray));
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

function utf8(bytes: ArrayBuffer): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new Problem('invalid-json', 'The body is not UTF-8.', { cause });
  }
}
