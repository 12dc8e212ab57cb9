/** Moves of the queue and its consumers. */

import { taskError } from '../../../src/contract/problem.ts';
import type { Events } from '../../../src/core/task-machine/events.ts';
import type { LoadChange } from '../../../src/ports/object.ts';
import { handBack, replace, stopLate } from './consumer-ends.ts';
import { happen, type Rules } from './machine.ts';
import { landWrite } from './stores.ts';
import { blobName, type Consumer, must, type World } from './world.ts';

/** A message is delivered: it claims twice, since the first answer may be lost. */
export function deliver(rules: Rules, world: World, at: number): World | null {
  const message = world.messages[at];
  if (message === undefined) return null;
  // Each lease has its own id: the fence alone distinguishes deliveries here.
  const deliveryId = `delivery-${world.document.counters.fence}`;
  const rest = world.messages.filter((_, index) => index !== at);
  const began = stopLate(rules, {
    ...world,
    messages: rest,
    now: Math.max(world.now, message.at),
  });
  const request = { taskId: message.taskId, deliveryId };
  const { world: after, answer } = claimed(rules, began, request);
  const again = happen(rules, after, 'claim', request);
  must(again.world.document === after.document, 'the same delivery asking twice changes nothing');
  must(JSON.stringify(again.answer) === JSON.stringify(answer), 'the same delivery asking twice gets the same answer');

  if (answer.outcome === 'ended') {
    const isLost = after.lost.includes(message.taskId);
    must(isLost || after.ended[message.taskId] !== undefined, 'a message is acknowledged only when its task has ended');
    return after;
  }
  if (answer.outcome === 'not_due') return handBack(rules, after, message.taskId, answer.delayMs);
  if (answer.outcome !== 'leased') return after;
  const { lease } = answer;
  must(after.d1 !== null, 'D1 has a row of a cache before its origin is asked');
  const isDoubted = (began.document.loaded?.claimedAt ?? 0) <= began.document.expiredAt;
  must(!isDoubted || !lease.previous?.originEtag, 'after a purge, even a soft one, nothing is asked on a condition');
  const rival = began.consumers.find(
    ({ isBroken, stage, stopAt }) => !isBroken && stage !== 'committed' && stopAt > began.now,
  );
  must(rival === undefined, 'never two live leases');
  const consumer: Consumer = {
    taskId: lease.taskId,
    deliveryId,
    fence: lease.fence,
    stopAt: began.now + lease.leaseMs,
    previous: lease.previous?.version ?? 0,
    stage: 'claimed',
    number: 0,
    change: null,
    isOutdated: false,
    isBroken: false,
  };
  return { ...after, consumers: [...after.consumers, consumer] };
}

/** Claims; the object asks the machine again when D1 has answered what a first load waits for. */
function claimed(rules: Rules, world: World, request: Events['claim']['request']) {
  const first = happen(rules, world, 'claim', request);
  if (first.answer.outcome !== 'not_due') return first;
  const at = first.world.writes.findIndex((write) => !write.isLate && !world.writes.includes(write));
  const landed = at < 0 ? null : landWrite(rules, first.world, at);
  return landed === null ? first : happen(rules, landed, 'claim', request);
}

/** The consumer reads the definition, fetches and writes to R2; `changes`: the body differs from the one before. */
export function load(world: World, consumer: Consumer, changes: boolean): World | null {
  if (consumer.stage !== 'claimed' || world.now >= consumer.stopAt || (!changes && consumer.previous === 0))
    return null;
  const hasDelta = changes && consumer.previous > 0;
  const change: LoadChange | null = changes ? { ...CHANGE, deltaBytes: hasDelta ? 5 : null } : null;
  const written = [...(changes ? ['body'] : []), ...(hasDelta ? ['delta'] : [])].map((name) =>
    blobName({ fence: consumer.fence, name }),
  );
  for (const blob of written) must(!world.blobs.includes(blob), 'no blob is written over');
  return {
    ...replace(world, consumer, { ...consumer, stage: 'loaded', number: world.definition, change }),
    blobs: [...world.blobs, ...written].sort(),
  };
}

const CHANGE: LoadChange = {
  contentType: 'application/json',
  bytes: 100,
  mapBytes: 0,
  rows: 1,
  hash: null,
  digest: '',
  nextRowId: 2,
  deltaBytes: null,
};

/** The consumer commits; with `losesAnswer` it does not learn the result, and will ask again. */
export function commit(rules: Rules, world: World, consumer: Consumer, losesAnswer: boolean): World | null {
  if (consumer.stage === 'claimed') return null;
  const { taskId, fence, number, change } = consumer;
  const request = {
    taskId,
    fence,
    number,
    change,
    ttlMs: 60_000,
    retainVersions: 2,
    originEtag: '"e"',
    originLastModified: null,
  };
  const { world: after, answer } = happen(rules, world, 'commit', request);
  const made = after.document.counters.version - world.document.counters.version;
  if (made > 0) {
    must(consumer.stage === 'loaded', 'a fence commits once');
    must(!consumer.isBroken && consumer.stopAt > world.now, 'a stale lease commits nothing');
    must(!consumer.isOutdated, 'nothing fetched before a purge is committed after it');
  }
  const counted = { ...after, versions: after.versions + (made > 0 ? 1 : 0) };
  if (losesAnswer) return replace(counted, consumer, { ...consumer, stage: 'committed' });
  const gone = replace(counted, consumer, null);
  if (answer.outcome === 'settling') return handBack(rules, gone, taskId, answer.delayMs);
  if (answer.outcome !== 'stale_lease') return gone;
  const cleaned = rules.leavesBlobs ? gone : withoutFence(gone, fence);
  return handBack(rules, cleaned, taskId, 0);
}

function withoutFence(world: World, fence: number): World {
  return { ...world, blobs: world.blobs.filter((blob) => !blob.startsWith(`${fence}/`)) };
}

/** The load fails. */
export function fail(rules: Rules, world: World, consumer: Consumer, retryable: boolean): World | null {
  if (consumer.stage !== 'claimed' || world.now >= consumer.stopAt) return null;
  const { taskId, fence } = consumer;
  const request = { taskId, fence, retryable, error: taskError('origin-status', ''), retryAfterMs: null };
  const { world: after, answer } = happen(rules, world, 'fail', request);
  const gone = replace(after, consumer, null);
  if (answer.outcome === 'retrying') return handBack(rules, gone, taskId, answer.delayMs);
  return answer.outcome === 'stale_lease' ? handBack(rules, gone, taskId, 0) : gone;
}
