/** Commands of the queue and its consumers, which the model plays. */

import type { LoadChange } from '../../../src/ports/object.ts';
import { changeOf, commitOf, failureOf } from '../loads.ts';
import { must } from '../task-machine/world.ts';
import { clock } from './clock.ts';
import type { Kind } from './command.ts';
import type { Consumer, Model } from './model.ts';
import type { RealCache } from './real-cache.ts';

const RETAINED = 2;
const NAMES = ['body', 'delta'] as const;

export const DELIVER: Kind = {
  name: 'deliver',
  weight: 14,
  can: ({ messages }) => messages.length > 0,
  act: async (model, real, pick) => {
    const message = takeMessage(model, pick, ({ at }) => at <= clock.now);
    model.advance(message.at);
    return claim(model, real, message.taskId, pick % 4 === 0);
  },
};

export const LOAD: Kind = {
  name: 'load',
  weight: 16,
  can: ({ consumers }) => consumers.some(isLoading),
  async act(model, real, pick) {
    const consumer = pickFrom(model.consumers.filter(isLoading), pick);
    await load(model, real, consumer, pick);
  },
};

export const COMMIT: Kind = {
  name: 'commit',
  weight: 16,
  can: ({ consumers }) => consumers.some(isCommitting),
  act: (model, real, pick) => {
    const consumer = pickFrom(model.consumers.filter(isCommitting), pick);
    return commit(model, real, consumer, pick % 3 === 0);
  },
};

export const CONSUMING: Kind[] = [
  DELIVER,
  LOAD,
  COMMIT,
  {
    name: 'fail',
    weight: 6,
    can: ({ consumers }) => consumers.some(isLoading),
    async act(model, real, pick) {
      const consumer = pickFrom(model.consumers.filter(isLoading), pick);
      const answer = await real.objects.fail(
        failureOf(consumer, { retryable: pick % 2 !== 0, retryAfterMs: pick % 5 === 0 ? 10_000 : null }),
      );
      return () => {
        must(answer.outcome === 'stale_lease' || !consumer.isBroken, 'a stale lease fails no task');
        if (answer.outcome === 'failed') model.dismiss(consumer);
        else model.handBack(consumer, answer.outcome === 'retrying' ? answer.delayMs : 0);
      };
    },
  },
  {
    name: 'a consumer dies',
    weight: 1,
    isOutside: true,
    can: ({ consumers }) => consumers.length > 0,
    async act(model, _real, pick) {
      model.handBack(pickFrom(model.consumers, pick), 0);
    },
  },
  {
    name: 'a message is lost',
    weight: 1,
    isOutside: true,
    // A message and the alarm are never both lost: for an unclaimed task one of them must exist.
    can: ({ messages, seen }) => messages.length > 0 && seen.alarmAt !== null,
    async act(model, _real, pick) {
      takeMessage(model, pick);
    },
  },
  {
    name: 'a message is doubled',
    weight: 1,
    isOutside: true,
    can: ({ messages }) => messages.length > 0,
    async act(model, _real, pick) {
      model.messages.push({ ...pickFrom(model.messages, pick) });
    },
  },
  {
    name: 'a message is dead',
    weight: 2,
    can: ({ messages }) => messages.length > 0,
    async act(model, real, pick) {
      const { taskId } = takeMessage(model, pick);
      await real.objects.wake(taskId);
      return () =>
        model.tally.when(
          model.messages.some((one) => one.taskId === taskId),
          'a dead letter wakes a task',
        );
    },
  },
];

function isLoading({ stage }: Consumer): boolean {
  return stage === 'claimed';
}
function isCommitting({ stage }: Consumer): boolean {
  return stage !== 'claimed';
}

type Message = Model['messages'][number];

/** Removes a message, a preferred one if there is any. */
function takeMessage(model: Model, pick: number, prefers: (message: Message) => boolean = () => true): Message {
  const preferred = model.messages.filter(prefers);
  const message = pickFrom(preferred.length > 0 ? preferred : model.messages, pick);
  model.messages = model.messages.filter((other) => other !== message);
  return message;
}

export function pickFrom<T>(all: readonly T[], pick: number): T {
  const one = all[pick % all.length];
  if (one === undefined) throw new Error('there is nothing to pick from');
  return one;
}

/** One delivery claims its task; with `losesAnswer` it does not get the answer, and asks again. */
async function claim(model: Model, real: RealCache, taskId: string, losesAnswer: boolean): Promise<() => void> {
  const { document: before, alarmAt } = model.seen;
  const wasAlarmLost = model.isAlarmLost && alarmAt === null;
  model.isAlarmLost = false;
  model.deliveries += 1;
  const request = { taskId, deliveryId: `delivery ${model.deliveries}` };
  const answer = await real.objects.claim(request);
  if (losesAnswer) {
    const again = await real.objects.claim(request);
    must(JSON.stringify(again) === JSON.stringify(answer), 'the same delivery asking twice gets the same answer');
    model.tally.when(answer.outcome === 'leased', 'a claim is answered a second time');
  }
  return () => {
    if (answer.outcome === 'ended') {
      const hasEnded = model.ended.has(taskId) || model.seen.ended.some((record) => record.taskId === taskId);
      must(hasEnded, 'a message is acknowledged only when its task has ended');
      model.tally.when(true, 'a message comes after its task has ended');
      return;
    }
    if (answer.outcome === 'not_due') {
      must(answer.delayMs >= 0, 'a message is handed back until it is due');
      model.messages.push({ taskId, at: clock.now + answer.delayMs });
      return;
    }
    must(answer.outcome === 'leased', 'a claim is answered');
    const { lease } = answer;
    const rival = model.consumers.find(
      ({ isBroken, stage, stopAt }) => !isBroken && stage !== 'committed' && stopAt > clock.now,
    );
    must(rival === undefined, 'never two live leases');
    const { head } = before;
    model.tally.when(wasAlarmLost && head?.taskId === taskId, 'a message revives a task after the alarm was lost');
    model.claims.set(lease.fence, { step: model.step, version: before.counters.version });
    model.consumers.push({
      taskId,
      deliveryId: request.deliveryId,
      fence: lease.fence,
      stopAt: clock.now + lease.leaseMs,
      previous: lease.previous?.version ?? 0,
      stage: 'claimed',
      change: null,
      data: { step: 0, number: 0 },
      isBroken: false,
    });
  };
}

/** The consumer reads the definition, fetches, and writes new data to R2. */
async function load(model: Model, real: RealCache, consumer: Consumer, pick: number): Promise<void> {
  const { fence, previous } = consumer;
  const { key } = real.cache;
  const number = model.definition;
  const change: LoadChange | null =
    previous > 0 && pick % 4 === 0 ? null : changeOf({ deltaBytes: previous > 0 && pick % 3 !== 0 ? 5 : null });
  const written = [...(change === null ? [] : ['body' as const]), ...(change?.deltaBytes ? ['delta' as const] : [])];
  model.weather.touched.add('R2');
  for (const name of written) {
    must(!model.seen.blobs.includes(`${fence}/${name}`), 'no blob is written over');
    await real.blobs.put(key, fence, name, new Uint8Array([model.step % 256]));
  }
  Object.assign(consumer, { stage: 'loaded', change, data: { step: model.step, number } });
}

/** The consumer commits; with `losesAnswer` it does not learn the result, and will ask again. */
export async function commit(
  model: Model,
  real: RealCache,
  consumer: Consumer,
  losesAnswer: boolean,
): Promise<() => void> {
  const { taskId, fence, stage, change, data, isBroken } = consumer;
  const { document: before } = model.seen;
  const isLate = consumer.stopAt <= clock.now;
  const request = commitOf(consumer, { number: data.number, retainVersions: RETAINED, change });
  const answer = await real.objects.commit(request);
  if (answer.outcome === 'stale_lease' && !model.rules.leavesBlobs) {
    model.weather.touched.add('R2');
    await real.blobs.remove(NAMES.map((name) => ({ key: real.cache.key, fence, name })));
  }
  return () => {
    const { version } = model.seen.document.counters;
    const made = version - before.counters.version;
    if (made > 0) {
      must(made === 1 && stage === 'loaded', 'a fence commits once');
      must(!isBroken && !isLate, 'a stale lease commits nothing');
      // A purge may have removed it before the answer.
      const isTold = answer.outcome !== 'stale_lease' || model.seen.document.loaded === null;
      must(isTold, 'who commits is told so');
      model.loads.set(version, data);
      const asked = model.asks.findLast((ask) => ask.taskId === taskId);
      model.tally.when(
        (asked?.number ?? data.number) < data.number,
        'a load goes by a newer definition than its task was asked by',
      );
      const { loaded } = model.seen.document;
      const isExpired = loaded !== null && loaded.expiresAt <= loaded.loadedAt;
      model.tally.when(isExpired, 'a soft purge expires what a load under way brings');
    }
    if (made === 0 && stage === 'loaded') {
      must(answer.outcome === 'stale_lease', 'a commit that makes no version is told so');
      model.tally.when(isBroken, 'a purge fences a load that goes on');
      model.tally.when(isLate, 'a lease ends before its load is committed');
    }
    model.tally.when(stage === 'committed' && answer.outcome !== 'stale_lease', 'a commit is answered a second time');
    if (losesAnswer) {
      consumer.stage = 'committed';
      return;
    }
    if (answer.outcome === 'committed') {
      must(answer.task.state === 'SUCCESS', 'committed is said of a task in SUCCESS');
      model.device = Math.max(model.device, answer.entry.loaded?.version ?? 0);
      return model.dismiss(consumer);
    }
    model.handBack(consumer, answer.outcome === 'settling' ? answer.delayMs : 0);
  };
}
