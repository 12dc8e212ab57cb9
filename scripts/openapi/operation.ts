/** One operation of the OpenAPI text: the description in its route (src/http/describe.ts), and what follows from it. */

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

/** An operation as the generator returns it. */
export interface Operation {
  operationId: string;
  security: object[];
  parameters?: object[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, Response>;
  'x-scope'?: Scope;
  'x-problems': ProblemCode[];
}

/** Adds problems, examples and the longer text to the operation. */
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
      // The route's own answers take precedence: health uses 503 to say what fails.
      ...Object.fromEntries(Object.entries(problems).filter(([status]) => responses[status] === undefined)),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

/** Who may call it, in words: readers do not show the scopes of bearer tokens, and linters do not know them. */
function scopeOf({ security, 'x-scope': scope }: Pick<Operation, 'security' | 'x-scope'>): string | undefined {
  if (scope !== undefined) return `Needs the scope \`${scope}\`.`;
  return security.length === 0 ? undefined : 'Any valid token is enough.';
}

/** Adds examples to the content: media type -> name -> value. */
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
