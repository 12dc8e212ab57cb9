/** Commands that ask: refreshes, reads, devices, purges, revocations. Answers are judged by what really happened, not by times. */

import { Problem } from '../../../src/contract/problem.ts';
import { hasEnded } from '../../../src/contract/task.ts';
import type { EnqueueAnswer } from '../../../src/ports/object.ts';
import { readOf, refreshOf } from '../loads.ts';
import { must } from '../task-machine/world.ts';
import { clock } from './clock.ts';
import type { Judge, Kind } from './command.ts';
import { pickFrom } from './consuming.ts';
import type { Model } from './model.ts';
import type { RealCache, Snapshot } from './real-cache.ts';

export const REFRESH: Kind = {
  name: 'refresh',
  weight: 6,
  async act(model, real) {
    const before = model.seen.document;
    const answer = await real.objects.enqueue(refreshOf(real.cache, { number: model.definition }));
    return () => {
      must(answer.outcome === 'task', 'an explicit refresh gets a task');
      const { taskId, state } = answer.task;
      must(state === 'PENDING' || state === 'RETRY', 'a refresh joins no load that has begun');
      model.accept(taskId);
      model.tally.when(taskId === model.seen.document.behind?.taskId, 'a refresh waits behind a load under way');
      model.tally.when(before.forgotten === 'yes', 'a user who left comes back');
      must(isHeld(before, taskId) || isHeld(model.seen.document, taskId), 'a task that is told of is there');
    };
  },
};

/** A forced refresh by an administrator: a waiting head is due at once, whatever its backoff. */
const FORCED_REFRESH: Kind = {
  name: 'forced refresh',
  weight: 3,
  async act(model, real) {
    const before = model.seen.document.head;
    const answer = await real.objects.enqueue(refreshOf(real.cache, { number: model.definition, force: true }));
    return () => {
      must(answer.outcome === 'task', 'a forced refresh gets a task');
      const { taskId, state } = answer.task;
      must(state === 'PENDING' || state === 'RETRY', 'a forced refresh joins no load that has begun');
      model.accept(taskId);
      const { head, behind } = model.seen.document;
      const task = head?.taskId === taskId ? head : behind;
      must(task?.taskId === taskId && task.force, 'a forced refresh is a forced load');
      must(head?.state === 'STARTED' || (head?.dueAt ?? 0) <= clock.now, 'a forced refresh waits for no backoff');
      const waited = before?.state === 'RETRY' && (before.dueAt ?? 0) > clock.now;
      model.tally.when(waited && head?.taskId === before.taskId, 'a backoff is cut short by force');
    };
  },
};

export const PURGE: Kind = { name: 'purge', weight: 2, act: (model, real) => purge(model, real) };

export const SOFT_PURGE: Kind = {
  name: 'soft purge',
  weight: 3,
  async act(model, real) {
    const isAnswered = await answered(real.objects.purge({ key: real.cache.key, soft: true }));
    return () => {
      model.expiry = { asked: model.step, answered: isAnswered ? model.step : model.expiry.answered };
    };
  },
};

export const ASKING: Kind[] = [
  REFRESH,
  FORCED_REFRESH,
  PURGE,
  SOFT_PURGE,
  {
    name: 'read',
    weight: 9,
    async act(model, real, pick) {
      const { seen: before, lookUps } = model;
      const looked = (pick % 3 === 0 ? pickFrom(lookUps, pick) : before.d1)?.loaded ?? null;
      const since = looked?.loadedAt ?? 0;
      const answer = await real.objects.enqueue(readOf(real.cache, since, { number: model.definition }));
      return () => judgeRead(model, before, looked?.version ?? 0, answer);
    },
  },
  {
    name: 'a device asks, naming its version',
    weight: 5,
    async act(model, real, pick) {
      const { seen, lookUps } = model;
      // Some locations lag.
      const looked = (pick % 3 === 0 ? seen.d1 : pickFrom(lookUps, pick))?.loaded?.version ?? 0;
      if (looked >= model.device) {
        model.device = looked;
        return;
      }
      const answer = await real.objects.entry(real.cache.key);
      return () => {
        must(answer.outcome === 'found', 'the object knows of whatever a device was given');
        const given = answer.entry.loaded?.version ?? 0;
        const isGone = given === 0 && model.device <= model.purge.version;
        must(given >= model.device || isGone, 'a device that names its version gets no older one');
        model.tally.when(given >= model.device, 'a device is ahead of what its location knows');
        model.device = Math.max(model.device, given);
      };
    },
  },
  { name: 'the user leaves', weight: 2, act: (model, real) => purge(model, real, true) },
  {
    name: 'purge while a load is under way',
    weight: 3,
    can: ({ consumers }) => consumers.some(({ isBroken, stage }) => !isBroken && stage !== 'committed'),
    act: (model, real) => purge(model, real),
  },
  {
    name: 'a purge that was refused, again',
    weight: 10,
    can: ({ purge: { asked, answered } }) => asked > answered,
    act: (model, real) => purge(model, real),
  },
  {
    name: 'revoke',
    weight: 2,
    can: (model) => model.waiting !== null,
    async act(model, real) {
      const taskId = model.waiting ?? '';
      const { head } = model.seen.document;
      const answer = await real.objects.revoke({ taskId, user: 'root', mayRefresh: true, mayAdmin: true });
      return () => {
        must(answer.outcome === 'revoked', 'a task that waits can be revoked');
        model.tally.when(head?.taskId === taskId && head.state === 'RETRY', 'a task is revoked in RETRY');
      };
    },
  },
  {
    name: 'ask for a state',
    weight: 2,
    can: ({ asks }) => asks.length > 0,
    async act(model, real, pick) {
      const { taskId = '' } = model.asks[pick % model.asks.length] ?? {};
      const answer = await real.objects.state(taskId);
      return () => {
        must(answer.outcome === 'found' || model.ended.has(taskId), 'an accepted task is known');
        if (answer.outcome !== 'found') return;
        must(hasEnded(answer.task.state) === model.ended.has(taskId), 'a task reads as ended when it has');
        if (answer.task.state !== 'SUCCESS') return;
        // After SUCCESS, a reader finds that version or a later one, or it was purged since.
        const told = answer.entry?.loaded?.version ?? 0;
        const version = answer.task.version ?? 0;
        must(told >= version || version <= model.purge.version, 'whoever reads SUCCESS finds the version');
        model.device = Math.max(model.device, told);
      };
    },
  },
];

function isHeld({ head, behind }: Snapshot['document'], taskId: string): boolean {
  return head?.taskId === taskId || behind?.taskId === taskId;
}

function judgeRead(model: Model, { document: before }: Snapshot, seenVersion: number, answer: EnqueueAnswer): void {
  const { tally, definition } = model;
  const { loaded, failure, head } = before;
  const isNews =
    loaded !== null && loaded.version > seenVersion && loaded.number >= definition && loaded.expiresAt > clock.now;
  if (answer.outcome === 'current') {
    must(isNews, 'what a read is handed was fetched after it looked, by its definition, and is fresh');
    tally.when(true, 'a read is handed what was loaded after it looked');
    return;
  }
  must(!isNews, 'a read causes no load for what was fetched after it looked');
  if (answer.outcome === 'failing') {
    must((model.seen.document.failure?.retryAt ?? 0) > clock.now, 'a read is held off only while a failure stands');
    tally.when(true, 'a failure holds reads off');
    return;
  }
  const stands = failure !== null && failure.retryAt > clock.now && failure.number >= definition;
  must(!stands, 'while a failure stands reads start no load');
  must(answer.outcome === 'task', 'a read is answered');
  const { taskId } = answer.task;
  model.accept(taskId, seenVersion, 0);
  const lease = head?.lease ?? null;
  if (head === null || lease === null || lease.endsAt <= clock.now) return;
  const claim = model.claims.get(lease.fence) ?? { step: 0, version: 0 };
  const bringsEnough = claim.version >= seenVersion && lease.number >= definition && claim.step > model.expiry.asked;
  must(!bringsEnough || taskId === head.taskId, 'a read starts no load behind one that brings enough');
  tally.when(taskId === head.taskId, 'a read joins a load under way');
}

async function purge(model: Model, real: RealCache, forget = false): Promise<Judge> {
  // From now on everything under way is too late, though its consumer does not know.
  for (const consumer of model.consumers) consumer.isBroken = true;
  const { asked, answered: answeredBefore } = model.purge;
  const isAnswered = await answered(real.objects.purge({ key: real.cache.key, soft: false, forget }));
  return () => {
    const { document } = model.seen;
    const { version } = document.counters;
    must(!forget || (document.head === null && document.behind === null), 'nothing of a user who left goes on');
    model.purge = { asked: model.step, answered: isAnswered ? model.step : answeredBefore, version };
    model.tally.when(isAnswered && asked > answeredBefore, 'a purge is answered only when it is asked for again');
  };
}

/** Whether a purge was answered; it is refused until D1 has taken it. */
async function answered(purge: Promise<unknown>): Promise<boolean> {
  try {
    await purge;
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
