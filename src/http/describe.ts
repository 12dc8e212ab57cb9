/** What the OpenAPI text says of a route, beside the schemas that check it. */

import { type DescribeRouteOptions, describeRoute, resolver } from 'hono-openapi';
import type * as v from 'valibot';
import { JSON_TYPE, PROBLEM_TYPE } from '../contract/constants.ts';
import type { Scope } from '../contract/identity.ts';
import { ProblemBody } from './problems.ts';

interface Description {
  /** In camel case, unique. */
  id: string;
  tag: 'FMP' | 'Data' | 'Administration' | 'Service';
  summary: string;
  /** Undefined: open to all. */
  scope?: Scope;
  /** Status -> what it means and the schema of its JSON; 304 and problems are added. */
  answers: Readonly<Record<number, { description: string; schema?: v.GenericSchema; type?: string }>>;
  /** Schema of the JSON body; it is checked by the handler. */
  body?: v.GenericSchema | undefined;
  /** Parameters that no validator of the route documents: headers, path. */
  parameters?: NonNullable<DescribeRouteOptions['parameters']>;
}

/** First handler of a route: `app.get(path, describe({…}), query(schema), (c) => …)`. */
export function describe(description: Description) {
  const responses: NonNullable<DescribeRouteOptions['responses']> = {
    default: {
      description: 'A problem (RFC 9457)',
      content: { [PROBLEM_TYPE]: { schema: resolver(ProblemBody) } },
    },
  };
  for (const [status, { description: text, schema, type }] of Object.entries(description.answers)) {
    responses[status] = {
      description: text,
      ...(schema ? { content: { [type ?? JSON_TYPE]: { schema: resolver(schema) } } } : {}),
    };
  }
  return describeRoute({
    operationId: description.id,
    tags: [description.tag],
    summary: description.summary,
    security: description.scope === undefined ? [] : [{ bearer: [description.scope] }],
    responses,
    ...(description.parameters ? { parameters: description.parameters } : {}),
    ...(description.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: resolver(description.body) } } } }
      : {}),
  });
}

/** A header of the request, for `parameters`. */
export function headerParameter(name: string, description: string) {
  return { in: 'header' as const, name, required: false, schema: { type: 'string' as const }, description };
}
