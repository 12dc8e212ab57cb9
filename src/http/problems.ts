/** Problem answers (CONTRACT 6, RFC 9457). Only this module turns a refusal or a fault into an answer. */

import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode as StatusCode } from 'hono/utils/http-status';
import { PROBLEM_TYPE } from '../contract/constants.ts';
import { type Identity, isAdmin } from '../contract/identity.ts';
import {
  detailForReaders,
  PROBLEMS,
  Problem,
  type ProblemBody,
  type ProblemCode,
  problemType,
} from '../contract/problem.ts';
import type { Services } from '../flows/services.ts';
import { log } from '../log.ts';
import { isFirstInMinute } from '../stores/once-a-minute.ts';
import { overloaded } from '../stores/overloaded.ts';
import { platformRetryAfterS } from '../stores/platform-faults.ts';
import type { AppEnv } from './factory.ts';

/** For `onError`: the answer to a refusal or a fault. */
export function renderError(error: unknown, c: Context<AppEnv>): Response {
  const { body, headers } = problemFor(error, c);
  // Set on the context: there they come before the headers of an answer that was begun.
  for (const [name, value] of Object.entries({ 'Cache-Control': 'no-store', ...headers })) c.header(name, value);
  return c.body(JSON.stringify(body), body.status as StatusCode, { 'Content-Type': PROBLEM_TYPE });
}

/**
 * Returns the problem that a client gets for an error, as an answer or as a part of one: a Problem as it is, an error
 * of Hono by its status, a refusal by the platform as 503, anything else as a 500 without details. Logs every problem
 * from 500 on.
 */
export function problemFor(error: unknown, c: Context<AppEnv>): { body: ProblemBody; headers: Problem['headers'] } {
  const problem = problemOf(error);
  const { status, title } = PROBLEMS[problem.code];
  if (status >= 500) tell(problem, status, error, c);
  noteRefusal(c, problem);
  const identity = c.get('identity') as Identity | undefined;
  const body = {
    type: problemType(problem.code),
    title,
    status,
    detail:
      identity !== undefined && isAdmin(identity)
        ? problem.adminDetail
        : detailForReaders(problem.code, problem.message),
    ...(problem.errors.length > 0 ? { errors: [...problem.errors] } : {}),
  };
  return { body, headers: problem.headers };
}

/**
 * Logs a fault of ours each time, with its stack. Logs a failure outside of the service, or a missing setting of one
 * resource, once a minute, however many devices see it.
 */
function tell(problem: Problem, status: number, error: unknown, c: Context<AppEnv>): void {
  const { code, key, adminDetail: detail, cause } = problem;
  const { method, path } = c.req;
  const about = { request_id: c.get('requestId'), code, method, path };
  // With a key, it is the load of one cache that lacks a setting, reported to its devices.
  if (status === 500 && key === undefined) {
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
    return overloaded('A system that the service depends on refuses requests now. Try again later.', error);
  }
  return new Problem(
    'internal',
    'Try again. If the problem persists, give your operator the X-Request-Id of this answer.',
    {
      cause: error,
    },
  );
}

/**
 * Notes for the operator why a device was refused a resource (CONTRACT 4 "Devices"), since only the device gets the
 * answer. After the answer, at most once an hour, if the problem names the resource and the device is known.
 */
export function noteRefusal(c: Context<AppEnv>, { refused }: Problem): void {
  // A request that was refused early lacks some of these.
  const device = c.get('device') as string | null | undefined;
  const identity = c.get('identity') as Identity | undefined;
  const services = c.get('services') as Services | undefined;
  if (refused === undefined || device == null || identity === undefined || services === undefined) return;
  const work = services.syncBuffer.addRefusal({ user: identity.user, device, ...refused }, Date.now());
  if (work !== null) services.waitUntil(work);
}
