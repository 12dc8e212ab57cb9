/** The real machine in the model's world: one step with its transaction, alarm and effects, checked at once. */

import { nextAlarmAt } from '../../../src/core/task-machine/due.ts';
import type { EventName, Events } from '../../../src/core/task-machine/events.ts';
import { step } from '../../../src/core/task-machine/index.ts';
import { namedBlobs } from '../../../src/core/task-machine/owed.ts';
import { OWED_DROPPED_MS, OWED_REPLACED_MS } from '../../../src/core/task-machine/timing.ts';
import { entryOf } from '../../../src/core/task-machine/views.ts';
import { untold } from '../../../src/core/task-machine/watchers.ts';
import { type Entry, lastVersionOf } from '../../../src/ports/entry.ts';
import { blobName, must, type World } from './world.ts';

/** Rules for the surroundings and the machine itself; a mutant removes one of them. */
export interface Rules {
  step: typeof step;
  /** D1 overwrites a row only if the revision is higher, and the version is neither lower nor that of another load. */
  d1Takes(inD1: Entry, offered: Entry, renames: boolean): boolean;
  /** A consumer whose lease was lost leaves what it wrote in R2. */
  leavesBlobs: boolean;
  /** A message is handed back until its task has ended. */
  handsBack: boolean;
}

export const RULES: Rules = {
  step,
  d1Takes: (inD1, offered, renames) =>
    inD1.revision < offered.revision &&
    lastVersionOf(inD1) <= lastVersionOf(offered) &&
    (renames || inD1.resource === offered.resource) &&
    (inD1.loaded?.version !== offered.loaded?.version || inD1.loaded?.fence === offered.loaded?.fence),
  leavesBlobs: true,
  handsBack: true,
};

/** One event: what the machine answers, and the world after its transaction. */
export function happen<N extends EventName>(
  rules: Rules,
  world: World,
  name: N,
  request: Events[N]['request'],
): { world: World; answer: Events[N]['answer'] } {
  const before = world.document;
  const done = rules.step(before, name, request, {
    now: world.now,
    random: () => 0.5,
    newTaskId: () => `task-${world.tasks + 1}`,
    ended: (taskId) => world.ended[taskId] ?? null,
  });
  const { document, effects } = done;
  const made = [document.head, document.behind].some((task) => task?.taskId === `task-${world.tasks + 1}`);
  const after: World = {
    ...world,
    document,
    tasks: world.tasks + (made ? 1 : 0),
    ended: { ...world.ended, ...Object.fromEntries(done.ended.map((record) => [record.taskId, record])) },
    messages: [...world.messages, ...effects.send.map((taskId) => ({ taskId, at: world.now }))],
    writes: effects.store ? addWrite(world.writes, document) : world.writes,
    removals: effects.remove.length > 0 ? [...world.removals, effects.remove] : world.removals,
    pokes: effects.poke ? addPokes(world.pokes, document) : world.pokes,
    isAsking: effects.ask,
    alarmAt: armed(world, nextAlarmAt(document, world.now)),
    neededUntil: needed(world, document, name === 'purge' ? OWED_DROPPED_MS : OWED_REPLACED_MS),
  };
  for (const record of done.ended) {
    must(world.ended[record.taskId] === undefined, 'a task ends once');
    if (record.state !== 'SUCCESS') continue;
    const { revision } = before.settling.find((task) => task.record.taskId === record.taskId) ?? { revision: 0 };
    must((world.d1?.revision ?? 0) >= revision && revision > 0, 'a task is SUCCESS only when D1 has its revision');
    must((record.version ?? 0) > world.inheritedVersion, 'no version is given twice');
  }
  return { world: after, answer: done.answer };
}

function addWrite(writes: World['writes'], document: World['document']): World['writes'] {
  const entry = entryOf(document);
  const renames = document.forgotten !== undefined;
  const isUnderWay = writes.some((write) => !write.isLate && write.entry.revision === entry.revision);
  return isUnderWay ? writes : [...writes, { entry, renames, isLate: false }];
}

function addPokes(pokes: World['pokes'], document: World['document']): World['pokes'] {
  const { news, loaded } = document;
  if (news === undefined) return pokes;
  const { revision } = news;
  const more = untold(document).map(({ n }) => ({ n, revision, version: loaded?.changed ?? 0 }));
  return [
    ...pokes,
    ...more.filter((poke) => !pokes.some(({ n, ...other }) => n === poke.n && other.revision === revision)),
  ];
}

function armed({ alarmAt }: World, neededAt: number | null): number | null {
  if (neededAt === null) return alarmAt;
  return alarmAt === null ? neededAt : Math.min(alarmAt, neededAt);
}

function needed(world: World, document: World['document'], forMs: number): World['neededUntil'] {
  const named = new Set(namedBlobs(document, 0).map(blobName));
  const dropped = namedBlobs(world.document, 0)
    .map(blobName)
    .filter((blob) => !named.has(blob));
  if (dropped.length === 0) return world.neededUntil;
  return { ...world.neededUntil, ...Object.fromEntries(dropped.map((blob) => [blob, world.now + forMs])) };
}
