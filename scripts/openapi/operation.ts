/** One operation of the OpenAPI text, with what follows from what its route says (src/http/describe.ts). */

import type { Scope } from '../../src/contract/identity.ts';
import type { ProblemCode } from '../../src/contract/problem.ts';
import { EXAMPLES, type Examples } from './examples.ts';
import { codesOf, problemResponses } from './problems.ts';
import { TEXTS } from './texts.ts';

interface Content {
  schema?: object;
  example?: unknown;
  examples?: Record<string, unknown>;
}
export interface Response {
  description: string;
  content?: Record<string, Content>;
}

/** An operation as the generator makes it. */
export interface Operation {
  operationId: string;
  security: object[];
  parameters?: object[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, Response>;
  'x-scope'?: Scope;
  'x-problems': ProblemCode[];
}

/** The operation with its problems, its examples and its longer text. */
export function finished({ 'x-problems': named, ...operation }: Operation) {
  const { operationId, parameters = [], requestBody, responses } = operation;
  const conditional = responses[304] !== undefined;
  const isProtected = operation.security.length > 0;
  const problems = problemResponses(
    codesOf({ protected: isProtected, hasBody: requestBody !== undefined, conditional }, named),
  );
  const { body, ...answers } = EXAMPLES[operationId] ?? {};
  return {
    ...operation,
    description: [scopeOf(operation), TEXTS[operationId]].filter((text) => text !== undefined).join('\n\n'),
    parameters: [...parameters, ...(conditional ? [{ $ref: '#/components/parameters/If-None-Match' }] : [])],
    ...(requestBody === undefined
      ? {}
      : { requestBody: { ...requestBody, content: shown(requestBody.content, body) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(responses).map(([status, response]) => [
          status,
          response.content === undefined
            ? response
            : { ...response, content: shown(response.content, answers[Number(status)]) },
        ]),
      ),
      // The route's own answers come first: health tells by 503 what fails.
      ...Object.fromEntries(Object.entries(problems).filter(([status]) => responses[status] === undefined)),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

/** Who may call it: readers show no scopes of bearer tokens, and linters know of none. */
function scopeOf({ security, 'x-scope': scope }: Pick<Operation, 'security' | 'x-scope'>): string | undefined {
  if (scope !== undefined) return `Takes the scope \`${scope}\`.`;
  return security.length === 0 ? undefined : 'Any valid token will do.';
}

/** Content with its examples: media type -> name -> value. */
function shown(content: Record<string, Content>, examples: Examples | undefined): Record<string, Content> {
  if (examples === undefined) return content;
  return Object.fromEntries(
    Object.entries(content).map(([type, media]) => {
      const of = examples[type];
      if (of === undefined) return [type, media];
      return [
        type,
        { ...media, examples: Object.fromEntries(Object.entries(of).map(([name, value]) => [name, { value }])) },
      ];
    }),
  );
}
