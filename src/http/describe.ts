/** What the OpenAPI text says of a route, beside the schemas that check it. */

import { type DescribeRouteOptions, describeRoute, resolver } from 'hono-openapi';
import type * as v from 'valibot';
import { JSON_TYPE, PROBLEM_TYPE } from '../contract/constants.ts';
import type { Scope } from '../contract/identity.ts';
import { ProblemBody } from './problems.ts';

type Parameter = NonNullable<DescribeRouteOptions['parameters']>[number];

interface Answer {
  description: string;
  /** Absent: there is no body, or `type` alone tells of it. */
  schema?: v.GenericSchema;
  /** Media type of the body; JSON where a schema is given. */
  type?: string;
}

interface Description {
  /** In camel case, unique. */
  id: string;
  tag: 'FMP' | 'Data' | 'Administration' | 'Service';
  summary: string;
  /** Undefined: open to all; null: any valid token will do. */
  scope?: Scope | null;
  /** Status -> what it means and what its body is: of this schema, or of whatever form. Problems are added. */
  answers: Readonly<Record<number, Answer>>;
  /** Schema of the JSON body; it is checked by the handler. */
  body?: v.GenericSchema | undefined;
  /** The body may be left out. */
  bodyOptional?: boolean;
  /** Parameters that no validator of the route documents: headers, path. */
  parameters?: Parameter[];
}

/** For `answers` of what is read under conditions. */
export const NOT_MODIFIED = { 304: { description: 'What the condition names is current' } } as const;

/** First handler of a route: `app.get(path, describe({…}), query(schema), (c) => …)`. */
export function describe(description: Description) {
  const problem = {
    description: 'A problem (RFC 9457)',
    content: { [PROBLEM_TYPE]: { schema: resolver(ProblemBody) } },
  };
  // Generators read `4XX`, where `default` alone says that any other answer is a success too.
  const responses: NonNullable<DescribeRouteOptions['responses']> = { '4XX': problem, default: problem };
  for (const [status, { description: text, schema, type }] of Object.entries(description.answers)) {
    const media = { schema: schema ? resolver(schema) : {} };
    responses[status] = {
      description: text,
      ...(schema || type ? { content: { [type ?? JSON_TYPE]: media } } : {}),
    };
  }
  return describeRoute({
    operationId: description.id,
    tags: [description.tag],
    summary: description.summary,
    security: securityOf(description.scope),
    responses,
    ...(description.parameters ? { parameters: description.parameters } : {}),
    ...(description.body
      ? {
          requestBody: {
            required: !description.bodyOptional,
            content: { 'application/json': { schema: resolver(description.body) } },
          },
        }
      : {}),
  });
}

function securityOf(scope: Scope | null | undefined): { bearer: Scope[] }[] {
  if (scope === undefined) return [];
  return [{ bearer: scope === null ? [] : [scope] }];
}

/** A header of the request, for `parameters`. */
export function headerParameter(name: string, description: string): Parameter {
  return { in: 'header', name, required: false, schema: { type: 'string' }, description };
}

/** A text in the path, percent-encoded there, for `parameters`. */
export function pathParameter(name: string, description: string): Parameter {
  return { in: 'path', name, required: true, schema: { type: 'string' }, description };
}
