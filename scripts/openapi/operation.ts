/** One operation of the OpenAPI text, with what follows from what its route says (src/http/describe.ts). */

import type { ProblemCode } from '../../src/contract/problem.ts';
import { EXAMPLES } from './examples.ts';
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
    ...(TEXTS[operationId] === undefined ? {} : { description: TEXTS[operationId] }),
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

/** Content with examples: name -> value for JSON, `[media type, name, value]` for any other. */
function shown(content: Record<string, Content>, examples: object | undefined): Record<string, Content> {
  if (examples === undefined) return content;
  return Object.fromEntries(
    Object.entries(content).map(([type, media]) => {
      const of = (examples as Record<string, Record<string, unknown>>)[type];
      if (of === undefined) return [type, media];
      return [
        type,
        { ...media, examples: Object.fromEntries(Object.entries(of).map(([name, value]) => [name, { value }])) },
      ];
    }),
  );
}
