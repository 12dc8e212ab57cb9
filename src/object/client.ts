/**
 * The cache objects as flows call them: the stub of a key or task, with retries of errors that the platform marks as
 * retryable.
 */

import type { Problem } from '../contract/problem.ts';
import { backoffMs } from '../core/backoff.ts';
import { objectNameOfKey, objectNameOfTask } from '../core/task-id.ts';
import type { EncodedAnswer, EncodedVerbs } from '../ports/encoded-verbs.ts';
import type { CacheObjectVerbs } from '../ports/object.ts';
import { overloaded } from '../stores/overloaded.ts';
import { sleep, withTimeout } from '../waiting.ts';
import type { CacheObject } from './cache-object.ts';

/** Attempts of one call, and the longest pause between the first two, ms. */
const MAX_ATTEMPTS = 4;
const BACKOFF_MS = 100;
/** How long an attempt may take beyond the requested wait, ms: longer than an object waits for D1. */
const TIMEOUT_MS = 10_000;

/**
 * The verbs of all objects of a namespace. A call is retried where the platform marks its error as retryable. Every
 * verb may be repeated (joins, fences and delivery ids make that safe), so a lost answer does no harm.
 *
 * @param requestId of the client's request, for the log lines of the work that it causes
 * @throws Problem `overloaded` with `Retry-After`, when the object is overloaded, unreachable, or failed to answer
 * reliably
 */
export function objectClient(namespace: DurableObjectNamespace<CacheObject>, requestId?: string): CacheObjectVerbs {
  const named = requestId === undefined ? {} : { requestId };
  const ofKey = (key: string) => verbs(namespace.getByName(objectNameOfKey(key)));
  const ofTask = (taskId: string) => verbs(namespace.getByName(objectNameOfTask(taskId)));
  return {
    enqueue: (request) =>
      retried(
        () => ofKey(request.cache.key).enqueue({ ...request, ...named }),
        Math.max(request.waitMs, 0) + TIMEOUT_MS,
      ),
    claim: (request) => retried(() => ofTask(request.taskId).claim(request)),
    commit: (request) => retried(() => ofTask(request.taskId).commit(request)),
    fail: (request) => retried(() => ofTask(request.taskId).fail(request)),
    state: (taskId) => retried(() => ofTask(taskId).state(taskId)),
    revoke: async (request) => {
      let attempts = 0;
      const answer = await retried(() => {
        attempts += 1;
        return ofTask(request.taskId).revoke(request);
      });
      // The previous attempt revoked the task, and its answer was lost.
      const isDone = attempts > 1 && answer.outcome === 'conflict' && answer.task.state === 'REVOKED';
      return isDone ? { outcome: 'revoked', task: answer.task } : answer;
    },
    purge: (request) => retried(() => ofKey(request.key).purge(request)),
    entry: (key) => retried(() => ofKey(key).entry(key)),
    tasks: (key, limit) => retried(() => ofKey(key).tasks(key, limit)),
    watch: (request) => retried(() => ofKey(request.key).watch(request)),
    wake: (taskId) =>
      retried(async () => {
        await ofTask(taskId).wake(taskId);
        return 'null' as EncodedAnswer<void>;
      }),
  };
}

/** Casts the stub to its verbs: the platform's types of recursive JSON values are too deep for the compiler. */
function verbs(stub: unknown): EncodedVerbs {
  return stub as EncodedVerbs;
}

/** Each attempt gets its own stub: a stub that has thrown may stay broken. */
async function retried<Answer>(call: () => Promise<EncodedAnswer<Answer>>, timeoutMs = TIMEOUT_MS): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return JSON.parse(await withTimeout(call(), timeoutMs)) as Answer;
    } catch (error) {
      if (!mayBeRepeated(error) || attempt === MAX_ATTEMPTS) throw refusal(error);
      await sleep(backoffMs(attempt, BACKOFF_MS, 0, Math.random()));
    }
  }
}

/** A repeated call to an overloaded object would only add to its load. */
function mayBeRepeated(error: unknown): boolean {
  const { retryable, overloaded } = error as { retryable?: boolean; overloaded?: boolean };
  return retryable === true && overloaded !== true;
}

function refusal(cause: unknown): Problem {
  return overloaded('The state of this cache is not available right now. Try again in a moment.', cause);
}
