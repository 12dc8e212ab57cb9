/**
 * What the OpenAPI text says of a route, beside the schemas that check it. The build adds what follows from this, and what only
 * people read: problems by their status, examples, longer texts (scripts/openapi/).
 */

import { type DescribeRouteOptions, describeRoute, resolver } from 'hono-openapi';
import * as v from 'valibot';
import type { Scope } from '../contract/identity.ts';
import type { ProblemCode } from '../contract/problem.ts';

type Parameter = NonNullable<DescribeRouteOptions['parameters']>[number];

/** Headers of answers that the text describes once (scripts/openapi/headers.ts). */
export type AnswerHeader =
  | 'Accept-Ranges'
  | 'Age'
  | 'Cache-Hash-Value'
  | 'Cache-Status'
  | 'Content-Range'
  | 'Content-Version'
  | 'ETag'
  | 'Expires'
  | 'Last-Modified'
  | 'Link'
  | 'Location'
  | 'Preference-Applied'
  | 'Retry-After'
  | 'WWW-Authenticate';

/** Headers of requests that the text describes once (scripts/openapi/headers.ts). */
export type RequestHeader =
  | 'If-Match'
  | 'If-None-Match'
  | 'If-Range'
  | 'Last-Event-ID'
  | 'Range'
  | 'X-Delta'
  | 'X-Device-Id'
  | 'X-Reason';

interface Answer {
  description: string;
  /** Of a JSON body; absent: there is none, or `types` alone tell of it. */
  schema?: v.GenericSchema;
  /** Further media types, and the schema of a body of each; null: any bytes. */
  types?: Readonly<Record<string, v.GenericSchema | null>>;
  headers?: readonly AnswerHeader[];
}

interface Description {
  /** In camel case, unique. */
  id: string;
  tag: 'FMP' | 'Data' | 'Administration' | 'Service';
  summary: string;
  /** Undefined: open to all; null: any valid token will do. */
  scope?: Scope | null;
  /** Status -> what it means and what its body is. Problems are added. */
  answers: Readonly<Record<number, Answer>>;
  /** Schema of the JSON body; it is checked by the handler. */
  body?: v.GenericSchema | undefined;
  /** The body may be left out. */
  bodyOptional?: boolean;
  /** Parameters that no validator of the route documents: path, a resource's own, and headers with words of their own. */
  parameters?: readonly Parameter[];
  headers?: readonly RequestHeader[];
  /** Problems beyond those that follow from a token, a body or conditions (scripts/openapi/problems.ts). */
  problems?: readonly ProblemCode[];
}

/** The answer 304 of what is read under conditions. */
export const NOT_MODIFIED = { description: 'What the condition names is current.', headers: ['ETag'] } as const;

/** For `answers`: a list of such items. */
export function arrayOf(item: v.GenericSchema) {
  return v.array(item);
}

/** For `answers`: one of these. */
export function oneOf(...schemas: v.GenericSchema[]) {
  return v.union(schemas);
}

/** A body that is a text, for `types`. */
export const TEXT = v.string();

/** For `answers` of a list, which is answered by pages of such items. */
export function pageOf(item: v.GenericSchema) {
  return {
    200: { description: 'A page; the next one stands in `Link`.', schema: arrayOf(item), headers: ['ETag', 'Link'] },
    304: NOT_MODIFIED,
  } as const;
}

/** First handler of a route: `app.get(path, describe({…}), query(schema), (c) => …)`. */
export function describe(description: Description) {
  const {
    id,
    tag,
    summary,
    scope,
    answers,
    body,
    bodyOptional,
    parameters = [],
    headers = [],
    problems = [],
  } = description;
  return describeRoute({
    operationId: id,
    tags: [tag],
    summary,
    security: scope === undefined ? [] : [{ bearer: [] }],
    parameters: [...parameters, ...headers.map((name) => ({ $ref: `#/components/parameters/${name}` }))],
    responses: Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, responseOf(answer)])),
    ...(body
      ? { requestBody: { required: !bodyOptional, content: { 'application/json': { schema: resolver(body) } } } }
      : {}),
    'x-scope': scope ?? undefined,
    'x-problems': problems,
  } as DescribeRouteOptions);
}

function responseOf({ description, schema, types = {}, headers = [] }: Answer) {
  const content = Object.entries({ ...(schema ? { 'application/json': schema } : {}), ...types });
  return {
    description,
    ...(headers.length > 0
      ? { headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])) }
      : {}),
    ...(content.length > 0
      ? {
          content: Object.fromEntries(content.map(([type, of]) => [type, { schema: of === null ? {} : resolver(of) }])),
        }
      : {}),
  };
}

/** A header of the request with words of its own, for `parameters`. */
export function headerParameter(name: string, description: string): Parameter {
  return { in: 'header', name, required: false, schema: { type: 'string' }, description };
}

/** How long an answer may be held for its task, for `parameters`. */
export const PREFER_TASK = headerParameter(
  'Prefer',
  '`wait=N`: hold the answer until the task ends, at most N seconds (30). `respond-async`: answer at once.',
);

/** A text in the path, percent-encoded there, for `parameters`. */
export function pathParameter(name: string, description: string): Parameter {
  return { in: 'path', name, required: true, schema: { type: 'string' }, description };
}

/** The title of a resource in the path, for `parameters`. */
export const RESOURCE_TITLE = pathParameter('title', 'Title of the resource.');

/** The key of a cache in the path, for `parameters`. */
export const CACHE_KEY = pathParameter('key', 'Key of the cache: 64 hex digits.');

/** Whatever parameters the resource has, each a member of the query, for `parameters`. */
export const RESOURCE_PARAMETERS: Parameter = {
  in: 'query',
  name: 'parameters',
  required: false,
  style: 'form',
  explode: true,
  schema: { type: 'object', additionalProperties: true },
  examples: { 'defaults alone': { value: {} }, 'of cars': { value: { year: 1982, origin: 'Japan' } } },
  description:
    "The resource's parameters, each a member of the query: `?year=1982&origin=Japan`. Defaults apply to those left out.",
};
