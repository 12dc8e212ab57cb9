/** Problems in the OpenAPI text: which ones an operation can answer, by status, with an example of each. */

import { PROBLEM_TYPE } from '../../src/contract/constants.ts';
import { type InputFault, PROBLEMS, type ProblemCode, problemType } from '../../src/contract/problem.ts';
import type { AnswerHeader } from '../../src/http/describe.ts';
import { PROBLEM_DETAILS } from './problem-details.ts';

/** Properties of an operation that lead to problems. */
export interface Traits {
  /** It needs a token. */
  protected: boolean;
  hasBody: boolean;
  /** It accepts conditions. */
  conditional: boolean;
}

/** The codes of an operation: those that it names, and those that follow from its properties. */
export function codesOf(traits: Traits, named: readonly ProblemCode[]): ProblemCode[] {
  const codes: ProblemCode[] = ['invalid-parameters', ...named, 'internal'];
  if (traits.protected) {
    codes.push('invalid-header', 'unauthenticated', 'insufficient-scope', 'device-mismatch');
    codes.push('rate-limited', 'overloaded', 'misconfigured');
  }
  if (traits.hasBody) codes.push('invalid-json', 'too-large', 'unsupported-media-type');
  if (traits.conditional) codes.push('precondition-failed');
  const all = Object.keys(PROBLEMS) as ProblemCode[];
  return all.filter((code) => codes.includes(code));
}

/** Status -> the answer with one of the codes of that status. */
export function problemResponses(codes: readonly ProblemCode[]): Record<string, object> {
  const byStatus = Object.groupBy(codes, (code) => String(PROBLEMS[code].status));
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, of = []]) => {
      const shared = Object.entries(SHARED).find(([, set]) => set.join() === of.join());
      return [status, shared ? { $ref: `#/components/responses/${shared[0]}` } : responseOf(of)];
    }),
  );
}

/** Sets of codes that most operations share. */
const SHARED: Readonly<Record<string, readonly ProblemCode[]>> = {
  InvalidParameters: ['invalid-parameters', 'invalid-header'],
  Unauthenticated: ['unauthenticated'],
  Forbidden: ['insufficient-scope', 'device-mismatch'],
  NotFound: ['not-found'],
  PreconditionFailed: ['precondition-failed'],
  TooLarge: ['too-large'],
  UnsupportedMediaType: ['unsupported-media-type'],
  RateLimited: ['rate-limited'],
  Fault: ['misconfigured', 'internal'],
  Overloaded: ['overloaded'],
};

const HEADERS_OF: Readonly<Record<number, readonly AnswerHeader[]>> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  416: ['Content-Range'],
  429: ['Retry-After'],
  502: ['Retry-After'],
  503: ['Retry-After'],
  504: ['Retry-After'],
};

function responseOf(codes: readonly ProblemCode[]) {
  const [first] = codes;
  const headers = first === undefined ? undefined : HEADERS_OF[PROBLEMS[first].status];
  return {
    description: `A problem (RFC 9457): ${codes.map((code) => `[${code}](${problemType(code)})`).join(', ')}.`,
    ...(headers
      ? { headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])) }
      : {}),
    content: {
      [PROBLEM_TYPE]: {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}

/** `components.responses`. */
export const SHARED_PROBLEMS = {
  ...Object.fromEntries(Object.entries(SHARED).map(([name, codes]) => [name, responseOf(codes)])),
  Problem: {
    description: 'Any other problem (RFC 9457).',
    content: {
      [PROBLEM_TYPE]: {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(
          // For requests that are not operations of the text.
          ['method-not-allowed', 'upgrade-required'].map((code) => [code, { $ref: `#/components/examples/${code}` }]),
        ),
      },
    },
  },
};

/** `components.examples`: one for each problem. */
export const PROBLEM_EXAMPLES = Object.fromEntries(
  Object.entries(PROBLEMS).map(([code, { status, title }]) => {
    const { detail, errors } = detailOf(code as ProblemCode);
    const value = { type: problemType(code as ProblemCode), title, status, detail, ...(errors ? { errors } : {}) };
    return [code, { summary: title, value }];
  }),
);

function detailOf(code: ProblemCode): { detail: string; errors?: InputFault[] } {
  const detail = PROBLEM_DETAILS[code];
  return typeof detail === 'string' ? { detail } : { detail: `${detail.pointer} ${detail.detail}.`, errors: [detail] };
}
