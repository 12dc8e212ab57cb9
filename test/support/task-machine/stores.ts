/** Moves of D1, R2 and the alarm. */

import type { Entry } from '../../../src/ports/entry.ts';
import { stopLate } from './consumer-ends.ts';
import { answerAsk } from './hub.ts';
import { happen, type Rules } from './machine.ts';
import { answerPurge } from './readers.ts';
import { blobName, must, mustBeOne, type World } from './world.ts';

/** A write reaches D1; the object learns of it, unless it has given up waiting. */
export function landWrite(rules: Rules, world: World, at: number): World | null {
  const write = world.writes[at];
  if (write === undefined) return null;
  const takes = world.d1 === null || rules.d1Takes(world.d1, write.entry, write.renames);
  const writes = world.writes.filter((_, index) => index !== at);
  const inD1 = takes || world.d1 === null ? write.entry : world.d1;
  const isChanged = (inD1.loaded?.changed ?? 0) !== (world.d1?.loaded?.changed ?? 0);
  const formerRevision = isChanged ? (world.d1?.revision ?? 0) : world.formerRevision;
  const landed = { ...world, writes, d1: inD1, shown: shown(world, inD1), formerRevision };
  if (write.isLate) return landed;
  return answerPurge(happen(rules, landed, 'stored', { inD1 }).world);
}

/** Readers see what D1 has: a version that they saw never changes its content. */
function shown(world: World, { loaded }: Entry): World['shown'] {
  if (loaded === null) return world.shown;
  mustBeOne(world, loaded);
  return { ...world.shown, [loaded.version]: loaded.fence };
}

/** The object gives up waiting for a write, which may still arrive. */
export function giveUpWrite(rules: Rules, world: World, at: number): World | null {
  const write = world.writes[at];
  if (write === undefined || write.isLate) return null;
  const writes = world.writes.map((other, index) => (index === at ? { ...other, isLate: true } : other));
  return happen(rules, { ...world, writes }, 'unstored', {}).world;
}

/** The alarm fires at its time, or (`at`) later. */
export function goOff(rules: Rules, world: World, at = 0): World | null {
  if (world.alarmAt === null) return null;
  const now = Math.max(world.now, world.alarmAt, at);
  const began = sweep(rules, stopLate(rules, { ...world, now, alarmAt: null }));
  const { world: after } = happen(rules, began, 'alarm', {});
  const isDue = (began.document.news?.retryAt ?? Number.POSITIVE_INFINITY) <= now;
  must(!isDue || after.document.news === undefined || after.pokes.length > 0, 'who has not answered is told again');
  return answerAsk(rules, after);
}

/** Ended tasks past their time are forgotten; the model keeps none, since it does not look for them so late. */
function sweep(rules: Rules, world: World): World {
  const { sweepAt } = world.document.ended;
  if (sweepAt === null || sweepAt > world.now) return world;
  return happen(rules, world, 'swept', { count: 0, oldestAt: null }).world;
}

/** Blobs are removed from R2, and the object learns of it. */
export function landRemoval(rules: Rules, world: World, at: number): World | null {
  const blobs = world.removals[at];
  if (blobs === undefined) return null;
  const gone = new Set(blobs.map(blobName));
  const live = world.consumers.find(
    ({ fence, stopAt }) => stopAt > world.now && blobs.some((blob) => blob.fence === fence),
  );
  must(live === undefined, 'nothing is removed that a running load may be writing');
  const removals = world.removals.filter((_, index) => index !== at);
  const after = { ...world, removals, blobs: world.blobs.filter((blob) => !gone.has(blob)) };
  return happen(rules, after, 'removed', { blobs }).world;
}
