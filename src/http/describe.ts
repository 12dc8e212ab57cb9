/**
 * Describes a route for the OpenAPI text, in addition to the schemas that check it. The build adds what follows from
 * this and what only people read: problems by status, examples, longer texts (scripts/openapi/).
 */

import { type DescribeRouteOptions, describeRoute, resolver } from 'hono-openapi';
import * as v from 'valibot';
import type { Scope } from '../contract/identity.ts';
import type { ProblemCode } from '../contract/problem.ts';

type Parameter = NonNullable<DescribeRouteOptions['parameters']>[number];

/** Headers of answers that the OpenAPI text describes once (scripts/openapi/headers.ts). */
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

/** Headers of requests that the OpenAPI text describes once (scripts/openapi/headers.ts). */
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
  /** Schema of the JSON body; absent if there is no body, or if only `types` describe it. */
  schema?: v.GenericSchema;
  /** Other media types, each with the schema of its body; null for any bytes. */
  types?: Readonly<Record<string, v.GenericSchema | null>>;
  headers?: readonly AnswerHeader[];
}

interface Description {
  /** In camel case, unique. */
  id: string;
  tag: 'FMP' | 'Data' | 'Administration' | 'Service';
  summary: string;
  /** Undefined: open to all. Null: any valid token is enough. */
  scope?: Scope | null;
  /** Status -> what it means and what its body is. Problems are added by the build. */
  answers: Readonly<Record<number, Answer>>;
  /** Schema of the JSON body. The handler checks it. */
  body?: v.GenericSchema | undefined;
  /** The request may omit the body. */
  bodyOptional?: boolean;
  /**
   * Parameters that no validator of the route documents: in the path, the resource's own, and headers with their own
   * description.
   */
  parameters?: readonly Parameter[];
  headers?: readonly RequestHeader[];
  /** Problems in addition to those that follow from a token, a body or conditions (scripts/openapi/problems.ts). */
  problems?: readonly ProblemCode[];
}

/** Answer 304 to a conditional read. */
export const NOT_MODIFIED = { description: 'The version in the condition is current.', headers: ['ETag'] } as const;

/** For `answers`: an array of these items. */
export function arrayOf(item: v.GenericSchema) {
  return v.array(item);
}

/** For `answers`: one of these schemas. */
export function oneOf(...schemas: v.GenericSchema[]) {
  return v.union(schemas);
}

/** For `types`: a text body. */
export const TEXT = v.string();

/** For `answers`: a list that is answered in pages of these items. */
export function pageOf(item: v.GenericSchema) {
  return {
    200: { description: 'A page; `Link` leads to the next one.', schema: arrayOf(item), headers: ['ETag', 'Link'] },
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

/** For `parameters`: a header of the request with its own description. */
export function headerParameter(name: string, description: string): Parameter {
  return { in: 'header', name, required: false, schema: { type: 'string' }, description };
}

/** For `parameters`: how long the service may hold an answer for its task. */
export const PREFER_TASK = headerParameter(
  'Prefer',
  '`wait=N`: hold the answer until the task ends, at most N seconds (30). `respond-async`: answer at once.',
);

/** For `parameters`: a percent-encoded text in the path. */
export function pathParameter(name: string, description: string): Parameter {
  return { in: 'path', name, required: true, schema: { type: 'string' }, description };
}

/** For `parameters`: the title of a resource in the path. */
export const RESOURCE_TITLE = pathParameter('title', 'Title of the resource.');

/** For `parameters`: the key of a cache in the path. */
export const CACHE_KEY = pathParameter('key', 'Key of the cache: 64 hex digits.');

/** For `parameters`: the resource's own parameters, each as a member of the query. */
export const RESOURCE_PARAMETERS: Parameter = {
  in: 'query',
  name: 'parameters',
  required: false,
  style: 'form',
  explode: true,
  schema: { type: 'object', additionalProperties: true },
  examples: { 'only defaults': { value: {} }, 'of cars': { value: { year: 1982, origin: 'Japan' } } },
  description:
    "The resource's parameters, each a member of the query: `?year=1982&origin=Japan`. Defaults apply to those left out.",
};
