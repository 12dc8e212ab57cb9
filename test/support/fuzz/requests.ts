/** Random requests for every operation of our OpenAPI text, valid and almost valid ones. */
import fc from 'fast-check';
import { dereferenced, type OpenApiDocument, type Operation, type Parameter } from '../openapi-contract.ts';
import { fitting, junk, nearlyFitting, type Words } from './values.ts';

export interface FuzzedRequest {
  operation: string;
  method: string;
  /** Path and query. */
  path: string;
  headers: Record<string, string>;
  body: string | null;
  caller: Caller;
}
export type Caller = 'all scopes' | 'reader' | 'no token' | 'bad token';

const caller = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Caller>('all scopes') },
  { weight: 1, arbitrary: fc.constantFrom<Caller>('reader', 'no token', 'bad token') },
);

/** Requests for all operations of the text; `weights` changes their frequency from the default, 2. */
export function requestsOf(
  document: OpenApiDocument,
  words: Words,
  weights: Readonly<Record<string, number>>,
): fc.Arbitrary<FuzzedRequest> {
  const all = Object.entries(dereferenced(document).paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      weight: weights[operation.operationId] ?? 2,
      arbitrary: requestOf(method, path, operation, words),
    })),
  );
  return fc.oneof(...all);
}

function requestOf(method: string, template: string, operation: Operation, words: Words): fc.Arbitrary<FuzzedRequest> {
  const { operationId, parameters = [], requestBody } = operation;
  const of = (place: Parameter['in']) => parameters.filter((parameter) => parameter.in === place);
  return fc.record({
    operation: fc.constant(operationId),
    method: fc.constant(method.toUpperCase()),
    path: fc
      .tuple(pathOf(template, of('path'), words), queryOf(of('query'), words), fc.boolean())
      .map(([path, query, slash]) => (slash ? path : path.replace(/(.)\/$/, '$1')) + (query === '' ? '' : `?${query}`)),
    headers: headersOf(of('header'), requestBody !== undefined),
    body: requestBody === undefined ? fc.constant(null) : bodyOf(requestBody, words),
    caller,
  });
}

function pathOf(template: string, parameters: Parameter[], words: Words): fc.Arbitrary<string> {
  const values = fc.tuple(...parameters.map(({ name, schema }) => nearlyFitting(schema, words, name)));
  return values.map((chosen) =>
    parameters.reduce((path, { name }, at) => path.replace(`{${name}}`, () => segment(chosen[at])), template),
  );
}

/** A segment of dots alone would change the path. */
function segment(value: unknown): string {
  const text = encodeURIComponent(plain(value));
  return text === '' || /^\.+$/.test(text) ? '-' : text;
}

function queryOf(parameters: Parameter[], words: Words): fc.Arbitrary<string> {
  // The members of a resource's parameters are not named in the text.
  const members = parameters.flatMap((parameter) =>
    parameter.style === 'form' ? ['a', 'n'].map((name) => ({ ...parameter, name, schema: {} })) : [parameter],
  );
  const known = members.map(({ name, schema, required }) => {
    const value = nearlyFitting(schema, words, name).map((chosen) => [name, chosen] as const);
    return required ? fc.option(value, { nil: null, freq: 12 }) : fc.option(value, { nil: null, freq: 1 });
  });
  const unknown = fc.option(fc.tuple(fc.constantFrom('a', 'limit', '__proto__', 'user'), junk), { nil: null, freq: 1 });
  const raw = fc.oneof(
    { weight: 9, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom('&', '%zz', 'a=%ff', '=') },
  );
  return fc.tuple(fc.tuple(...known), fc.nat(8), unknown, raw).map(([pairs, chance, extra, tail]) => {
    const all = [...pairs, chance === 0 ? extra : null].filter((pair) => pair !== null);
    return [...all.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(plain(value))}`), tail]
      .filter((part) => part !== '')
      .join('&');
  });
}

const VERSION = fc.nat(4);
/** Headers that some operation evaluates. Waits are short, since thousands of requests share a minute. */
const HEADERS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  Prefer: fc.constantFrom(
    'wait=0',
    'respond-async',
    'respond-async, wait=0',
    'wait=1',
    'wait=1; a="b"',
    'handling=strict, wait=0',
  ),
  'X-Device-Id': fc.constantFrom('tablet', 'a/b', '{}', '~', '', 'two words', 'x'.repeat(128), 'x'.repeat(129)),
  'X-Delta': fc.oneof(
    fc.tuple(VERSION, VERSION).map(([a, b]) => `v${a}-v${b}`),
    fc.constantFrom('auto', 'v0-last', 'v1-last', 'v9-last', 'v01-v2', '', 'v1-v99999999999999999'),
  ),
  'Cache-Control': fc.constantFrom(
    'max-age=0',
    'max-age=60',
    'no-cache',
    'max-age=x',
    'max-age=99999999999',
    'max-age="0"',
  ),
  'If-None-Match': fc.constantFrom(
    '*',
    '"x"',
    '{{etag}}',
    'W/{{etag}}',
    '"',
    'x',
    '"a", "b"',
    '"0000000000000000-v99"',
  ),
  'If-Match': fc.constantFrom('*', '"x"', '{{etag}}', '', '"'),
  'If-Modified-Since': fc.constantFrom('Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 2100 00:00:00 GMT', 'x'),
  'If-Unmodified-Since': fc.constantFrom('Thu, 01 Jan 1970 00:00:00 GMT', 'x'),
  Range: fc.constantFrom(
    'bytes=0-0',
    'bytes=0-',
    'bytes=-1',
    'bytes=5-2',
    'bytes=0-1,3-4',
    'bytes=999999-',
    'lines=1-2',
    'x',
  ),
  'If-Range': fc.constantFrom('{{etag}}', '"x"', 'x'),
  'Last-Event-ID': fc.constantFrom('v1', 'v99', 'x', ''),
  Accept: fc.constantFrom('*/*', 'application/json', 'text/html', 'x', ';q=', 'text/csv;q=0'),
  'Accept-Encoding': fc.constantFrom('identity', 'gzip', '*;q=0'),
  'X-Request-Id': fc.constantFrom('mine', '<script>', 'x'.repeat(300)),
  'X-HTTP-Method-Override': fc.constantFrom('DELETE', 'PUT'),
};

function headersOf(parameters: Parameter[], hasBody: boolean): fc.Arbitrary<Record<string, string>> {
  const chosen = fc.subarray(Object.keys(HEADERS), { maxLength: 4 });
  const values = fc.record(HEADERS);
  const type = fc.oneof(
    { weight: 15, arbitrary: fc.constant('application/json') },
    { weight: 1, arbitrary: fc.constantFrom('text/plain', 'application/json; charset=latin1', 'x', 'application/xml') },
  );
  return fc.tuple(chosen, values, type).map(([names, all, contentType]) => {
    // Without it a read would be held for as long as its resource says.
    const wanted = new Set([...names, ...parameters.map(({ name }) => name).filter((name) => name === 'Prefer')]);
    const headers = Object.fromEntries(Object.entries(all).filter(([name]) => wanted.has(name)));
    return hasBody ? { ...headers, 'Content-Type': contentType } : headers;
  });
}

function bodyOf({ content }: NonNullable<Operation['requestBody']>, words: Words): fc.Arbitrary<string> {
  const schema = Object.values(content)[0]?.schema ?? {};
  return fc.oneof(
    { weight: 6, arbitrary: fitting(schema, words).map(json) },
    { weight: 6, arbitrary: nearlyFitting(schema, words).map(json) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(nearlyFitting(schema, words).map(json), fc.nat())
        .map(([text, at]) => text.slice(0, at % (text.length + 1))),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        ' ',
        '[',
        '"',
        'null',
        '{"a":1}}',
        '[1e999]',
        '\ufeff{}',
        '['.repeat(5000),
        '{"a":'.repeat(40),
      ),
    },
  );
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

/** A value in the form that a path or query has. */
function plain(value: unknown): string {
  return (typeof value === 'string' ? value : json(value)).toWellFormed();
}
