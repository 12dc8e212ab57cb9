/** `POST /cache/refresh/` until it is accepted, each for a cache that was never requested before. */

import { cacheIdentity } from '../../../../src/core/cache-key.ts';
import { newTaskId } from '../../../../src/core/task-id.ts';
import { emptyDocument } from '../../../../src/core/task-machine/document.ts';
import { step } from '../../../../src/core/task-machine/index.ts';
import type { Answer } from '../../harness/api.ts';
import { statusFault } from '../load/shot.ts';
import type { Operation } from './operation.ts';
import { define, refreshShot, stageFloor } from './stage.ts';

const ACCEPTED = /^\{"task_id":"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}","task_state":"PENDING"\}$/;

export const refresh: Operation = {
  name: 'refresh accepted',
  target: 0.85,
  consumes: false,
  leavesAlarms: true,
  async prepare(pair) {
    await define(pair, 'small');
    const shot = await refreshShot(pair.service, 'small', '{n}');
    return stageFloor(pair, { shot, fault }, { operation: 'refresh', document: acceptedDocument('small') });
  },
};

function fault(answer: Answer): string | null {
  return statusFault(answer, 200) ?? (ACCEPTED.test(answer.body.toString()) ? null : `not accepted: ${answer.body}`);
}

/** The row that the service's object writes for such a refresh. */
export function acceptedDocument(title: string): string {
  const cache = cacheIdentity(title, { year: 2_000_000 }, null);
  const request = {
    cache,
    number: Date.now(),
    policy: { timeoutMs: 30_000, maxAttempts: 5, backoffMs: 2000, errorTtlMs: 30_000 },
    since: 'now',
    asker: 'bench',
    heedRetryAt: false,
    waitMs: 0,
  } as const;
  const context = {
    now: Date.now(),
    random: Math.random,
    newTaskId: (key: string) => newTaskId(key),
    ended: () => null,
  };
  return JSON.stringify(step(emptyDocument(cache), 'enqueue', request, context).document);
}
