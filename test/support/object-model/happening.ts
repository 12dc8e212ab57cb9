/** Commands of external events: time, the alarm, late writes, restarts, D1 not available, a changed definition. */

import { dueBlobs } from '../../../src/core/task-machine/owed.ts';
import { FIXED_COLUMNS, WRITTEN_COLUMNS } from '../../../src/stores/entry-row.ts';
import { clock } from './clock.ts';
import type { Kind } from './command.ts';
import { pickFrom } from './consuming.ts';
import type { Model } from './model.ts';
import type { RealCache } from './real-cache.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Less than a backoff, a backoff, a lease; rarely also longer than all copies of an entry, or than a day. */
const SPANS_MS = [SECOND_MS, 20 * SECOND_MS, 2 * MINUTE_MS];
/** The bound values of an upsert have this order. */
const COLUMNS: readonly string[] = [...FIXED_COLUMNS, ...WRITTEN_COLUMNS];
const LONG_SPANS_MS = [HOUR_MS, 25 * HOUR_MS];

export const RING: Kind = {
  name: 'the alarm rings',
  weight: 5,
  // What is owed in an hour or a day is left to the commands that let so much time pass.
  can: ({ seen }) => seen.alarmAt !== null && seen.alarmAt <= clock.now + 10 * MINUTE_MS,
  async act(model, real) {
    const { document: before, alarmAt } = model.seen;
    const sent = new Set(model.messages.map(({ taskId }) => taskId));
    model.advance(alarmAt ?? 0);
    await real.ring();
    return () => {
      const { head, owed } = model.seen.document;
      const { tally } = model;
      const isSent = model.messages.some(({ taskId }) => taskId === head?.taskId && !sent.has(taskId));
      tally.when(isSent && head?.taskId === before.head?.taskId, 'the alarm revives a task after its message was lost');
      tally.when(owed.length < before.owed.length, 'blobs are removed');
      const isDue = dueBlobs(before, clock.now).length > 0;
      tally.when(isDue && owed.length >= before.owed.length, 'a removal fails, and stays owed');
    };
  },
};

export const TIME: Kind = {
  name: 'time passes',
  weight: 5,
  isOutside: true,
  async act(model, _real, pick) {
    model.advance(clock.now + pickFrom(pick % 5 === 0 ? LONG_SPANS_MS : SPANS_MS, pick % 7));
  },
};

export const LATE_WRITE: Kind = {
  name: 'an upsert comes late',
  weight: 4,
  can: ({ weather }) => weather.late.length > 0,
  async act(model, _real, pick) {
    const { late } = model.weather;
    const write = pickFrom(late, pick);
    // Some writes come more than once.
    if (pick % 3 !== 0) late.splice(late.indexOf(write), 1);
    await write.work();
    model.weather.touched.add('D1');
    const revision = Number((write.named as unknown[])[COLUMNS.indexOf('revision')]);
    const isOld = revision < (model.seen.d1?.revision ?? 0);
    return () => model.tally.when(isOld, 'an upsert comes late and is refused by its revision');
  },
};

export const HAPPENING: Kind[] = [
  RING,
  TIME,
  LATE_WRITE,
  {
    name: 'the alarm is lost',
    weight: 4,
    // A message and the alarm are never both lost.
    can: ({ seen, messages }) => seen.alarmAt !== null && messages.length > 0,
    async act(model, real) {
      await real.loseAlarm();
      model.isAlarmLost = true;
      return undefined;
    },
  },
  {
    name: 'the object leaves memory',
    weight: 1,
    act: (model, real) => restart(model, real, false),
  },
  {
    name: 'all objects die',
    weight: 1,
    act: (model, real) => restart(model, real, true),
  },
  {
    name: 'the definition changes',
    weight: 2,
    isOutside: true,
    async act(model) {
      model.definition += 1;
      return undefined;
    },
  },
  {
    name: 'D1 is away for an hour',
    weight: 3,
    isOutside: true,
    can: ({ seen }) => seen.document.settling.length > 0,
    async act(model) {
      model.weather.isAway = true;
      model.advance(clock.now + HOUR_MS);
      return undefined;
    },
  },
  {
    name: 'D1 goes away, or comes back',
    weight: 2,
    isOutside: true,
    async act({ weather }) {
      weather.isAway = !weather.isAway;
      return undefined;
    },
  },
];

async function restart(model: Model, real: RealCache, all: boolean): Promise<undefined> {
  model.tally.when(model.seen.document.head?.lease != null, 'an object dies while a load is under way');
  await real.restart(all);
}
