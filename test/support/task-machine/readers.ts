/** Moves that ask: refreshes, reads, purges, revocations. Answers are judged by what really happened, not by times. */

import { emptyDocument } from '../../../src/core/task-machine/document.ts';
import { entryOf } from '../../../src/core/task-machine/views.ts';
import { lastVersionOf, NAMELESS } from '../../../src/ports/entry.ts';
import type { EnqueueRequest } from '../../../src/ports/object.ts';
import { happen, type Rules } from './machine.ts';
import { CACHE, must, mustBeOne, POLICY, type World } from './world.ts';

const ASKED: EnqueueRequest = {
  cache: CACHE,
  number: 1,
  policy: POLICY,
  since: 'now',
  asker: 'ann',
  heedRetryAt: false,
  waitMs: 0,
};

/** An explicit refresh: its task must not have begun yet, since its data must be no older than the request. */
export function refresh(rules: Rules, world: World): World {
  const { world: after, answer } = happen(rules, world, 'enqueue', { ...ASKED, number: world.definition });
  must(answer.outcome === 'task', 'an explicit refresh gets a task');
  must(answer.outcome !== 'task' || answer.task.state !== 'STARTED', 'a refresh joins no load that has begun');
  return after;
}

/** The same, forced by an administrator: if no load runs, the message is due at once, whatever the backoff. */
export function forcedRefresh(rules: Rules, world: World): World {
  const request = { ...ASKED, number: world.definition, force: true };
  const { world: after, answer } = happen(rules, world, 'enqueue', request);
  const { head } = after.document;
  must(answer.outcome === 'task' && answer.task.state !== 'STARTED', 'a forced refresh joins no load that has begun');
  must(head?.state === 'STARTED' || (head?.dueAt ?? 0) <= world.now, 'a forced refresh waits for no backoff');
  const isForced = [head, after.document.behind].some(
    (task) => answer.outcome === 'task' && task?.taskId === answer.task.taskId && task.force,
  );
  must(isForced, 'a forced refresh is a forced load');
  return after;
}

/** A read with what D1 has, or (`sawNothing`) with a look-up from before there was anything. */
export function read(rules: Rules, world: World, sawNothing: boolean): World {
  const seen = sawNothing ? null : (world.d1?.loaded ?? null);
  const request = { ...ASKED, number: world.definition, since: seen?.loadedAt ?? 0, asker: null, heedRetryAt: true };
  const { world: after, answer } = happen(rules, world, 'enqueue', request);
  const { loaded } = world.document;
  const seenVersion = seen?.version ?? 0;
  // When a load of an earlier life of the object was claimed is not known: 0.
  const isNews = loaded !== null && loaded.version > seenVersion && loaded.number >= world.definition;
  if (answer.outcome === 'current') {
    if (loaded !== null) mustBeOne(world, loaded);
    must(isNews, 'what a read is handed was fetched after what it saw, under its definition');
    must((loaded?.expiresAt ?? 0) > world.now, 'what a read is handed has not expired');
  }
  if (answer.outcome === 'task') {
    must(
      !isNews || loaded?.claimedAt === 0 || (loaded?.expiresAt ?? 0) <= world.now,
      'a read causes no load for what was fetched after it looked',
    );
    checkJoined(world, answer.task.taskId, seenVersion, after.tasks > world.tasks);
  }
  const isFailing = (world.document.failure?.retryAt ?? 0) > world.now;
  must(!isFailing || after.tasks === world.tasks, 'while a failure stands reads start no load');
  return after;
}

function checkJoined(world: World, taskId: string, seenVersion: number, isNew: boolean): void {
  const running = world.consumers.find(
    ({ fence, stopAt }) => fence === world.document.head?.lease?.fence && stopAt > world.now,
  );
  if (running === undefined) return;
  const definition = running.stage === 'claimed' ? world.definition : running.number;
  const brings = running.previous >= seenVersion && definition >= world.definition;
  must(running.taskId !== taskId || brings, 'a read joins no load that brings too little');
  const wasAskedFor = (world.document.head?.lease?.number ?? 0) >= world.definition;
  const isMarkedExpired = world.document.expiredAt >= (world.document.head?.lease?.claimedAt ?? 0);
  must(!isNew || !brings || !wasAskedFor || isMarkedExpired, 'a read starts no load behind one that brings enough');
}

/** The object loses its rows: a deleted or renamed Worker, another namespace. Time passes until it is called again. */
export function lose(world: World): World {
  const { head, behind, settling } = world.document;
  const tasks = [head, behind].flatMap((task) => task?.taskId ?? []);
  const now = world.now + 1000;
  return {
    ...world,
    now,
    document: emptyDocument(CACHE),
    ended: {},
    lost: [...world.lost, ...Object.keys(world.ended), ...tasks, ...settling.map(({ record }) => record.taskId)],
    bornAt: now,
    inheritedVersion: world.d1 === null ? 0 : lastVersionOf(world.d1),
    alarmAt: null,
    writes: world.writes.map((write) => ({ ...write, isLate: true })),
    removals: [],
    consumers: world.consumers.map((consumer) => ({ ...consumer, isBroken: true })),
    purging: null,
  };
}

/** A hard purge; it is answered when D1 has its revision. */
export function purge(rules: Rules, world: World, forget = false): World {
  // For a key that it does not know, the object asks D1.
  if (world.d1 === null && world.document.head === null && world.document.counters.revision === 0) return world;
  const outdated = world.consumers.map((consumer) => ({
    ...consumer,
    isOutdated: consumer.isOutdated || consumer.stage !== 'claimed',
    isBroken: true,
  }));
  const { version } = world.document.counters;
  const { world: after } = happen(rules, { ...world, consumers: outdated }, 'purge', {
    key: CACHE.key,
    soft: false,
    forget,
  });
  const { document } = after;
  const isForgotten = document.head === null && document.behind === null && entryOf(document).owner === null;
  must(!forget || (isForgotten && entryOf(document).resource === NAMELESS), 'nothing of a user who left goes on');
  return answerPurge({ ...after, purging: { revision: after.document.counters.revision, version } });
}

/** The purge is answered once a write that D1 took (or refused as old) has returned. */
export function answerPurge(world: World): World {
  if (world.purging === null || world.document.stored.revision < world.purging.revision) return world;
  return { ...world, purging: null, purgedVersion: world.purging.version };
}

export function softPurge(rules: Rules, world: World): World {
  return happen(rules, world, 'purge', { key: CACHE.key, soft: true }).world;
}

/** Revokes the task that waits, if any. */
export function revoke(rules: Rules, world: World): World | null {
  const { head, behind } = world.document;
  const waiting = behind ?? (head?.state === 'STARTED' ? null : head);
  if (waiting === null) return null;
  const request = { taskId: waiting.taskId, user: 'root', mayRefresh: true, mayAdmin: true };
  const { world: after, answer } = happen(rules, world, 'revoke', request);
  must(answer.outcome === 'revoked', 'a task that waits can be revoked');
  return after;
}
