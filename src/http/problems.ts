/** Problem answers (CONTRACT 6, RFC 9457): the one place where a refusal or a fault becomes bytes. */

import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import * as v from 'valibot';
import { about } from '../contract/about.ts';
import { PROBLEM_TYPE } from '../contract/constants.ts';
import { type Identity, isAdmin } from '../contract/identity.ts';
import { InputFault, PROBLEMS, Problem, type ProblemCode, problemType, TaskError } from '../contract/problem.ts';
import { log } from '../log.ts';
import { isFirstInMinute } from '../stores/once-a-minute.ts';
import { overloaded } from '../stores/overloaded.ts';
import { platformRetryAfterS } from '../stores/platform-faults.ts';
import type { AppEnv } from './factory.ts';
import { noteRefusal } from './note-refusal.ts';

/** Body of every answer from 400 on. */
export const ProblemBody = v.object({
  type: TaskError.entries.type,
  title: TaskError.entries.title,
  status: about(v.pipe(v.number(), v.integer()), 'The HTTP status of the answer.'),
  detail: TaskError.entries.detail,
  errors: about(v.optional(v.array(InputFault)), 'Of faulty input, each fault (at most 100); else left out.'),
});

/**
 * For `onError`: a Problem as it says, what Hono throws by its status, a refusal of the platform as 503, anything else as a
 * bare 500. From 500 on with a log line.
 */
export function renderError(error: unknown, c: Context<AppEnv>): Response {
  const problem = problemOf(error);
  const { status, title } = PROBLEMS[problem.code];
  if (status >= 500) tell(problem, status, error, c);
  noteRefusal(c, problem);
  const identity = c.get('identity') as Identity | undefined;
  const body: v.InferOutput<typeof ProblemBody> = {
    type: problemType(problem.code),
    title,
    status,
    detail: identity !== undefined && isAdmin(identity) ? problem.adminDetail : problem.message,
    ...(problem.errors.length > 0 ? { errors: [...problem.errors] } : {}),
  };
  // On the context, where they go before those of an answer that was begun.
  for (const [name, value] of Object.entries({ 'Cache-Control': 'no-store', ...problem.headers }))
    c.header(name, value);
  return c.body(JSON.stringify(body), status, { 'Content-Type': PROBLEM_TYPE });
}

/** A fault of ours is told each time, with its stack. What fails outside of us is told once a minute, however many devices meet it. */
function tell(problem: Problem, status: number, error: unknown, c: Context<AppEnv>): void {
  const { code, key, adminDetail: detail, cause } = problem;
  const { method, path } = c.req;
  const about = { request_id: c.get('requestId'), code, method, path };
  if (status === 500) {
    log('error', 'request.failed', { ...about, error });
    return;
  }
  if (!isFirstInMinute(`request.failed ${code} ${key ?? path}`, Date.now())) return;
  log('warn', 'request.failed', {
    ...about,
    ...(key === undefined ? {} : { key }),
    detail,
    ...(cause === undefined ? {} : { cause: String(cause) }),
  });
}

const CODE_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid-json',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'too-large',
  415: 'unsupported-media-type',
};

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException) {
    const code = CODE_OF_STATUS[error.status];
    if (code !== undefined) return new Problem(code, PROBLEMS[code].title, { cause: error });
  }
  if (platformRetryAfterS(error, Date.now()) !== null) {
    return overloaded('Something that the service depends on refuses right now. Try again later.', error);
  }
  return new Problem('internal', 'Try again; if it stays so, tell your operator the X-Request-Id of this answer.', {
    cause: error,
  });
}
