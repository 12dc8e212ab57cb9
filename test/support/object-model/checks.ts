/**
 * What must hold after each step (DESIGN "Invariants" 1-3, 5, 8, 9), checked in the rows of the object and the real
 * stores.
 */

import { canonicalText } from '../../../src/core/json-value.ts';
import { namedBlobs } from '../../../src/core/task-machine/owed.ts';
import { OWED_CLAIMED_MS } from '../../../src/core/task-machine/timing.ts';
import { entryOf } from '../../../src/core/task-machine/views.ts';
import { blobName, must } from '../task-machine/world.ts';
import { clock } from './clock.ts';
import type { Data, Model } from './model.ts';
import type { Snapshot } from './real-cache.ts';

const NEVER: Data = { step: 0, number: 0 };

/** What must hold between the state before and the state now. */
export function checkMove(before: Snapshot, model: Model): void {
  const { seen } = model;
  for (const counter of ['version', 'revision', 'fence', 'nextRowId', 'clockAt'] as const) {
    const grows = seen.document.counters[counter] >= before.document.counters[counter];
    must(grows, `the counter ${counter} only grows`);
  }
  must((seen.d1?.revision ?? 0) >= (before.d1?.revision ?? 0), 'D1 never goes back');
  if (before.d1?.loaded && seen.d1?.loaded) {
    must(seen.d1.loaded.version >= before.d1.loaded.version, 'readers never see versions go back');
  }
  checkRemovals(before, model);
  for (const record of seen.ended) checkEnded(record, before, model);
}

function checkRemovals(before: Snapshot, { seen, neededUntil, consumers }: Model): void {
  for (const blob of before.blobs) {
    if (seen.blobs.includes(blob)) continue;
    must((neededUntil.get(blob) ?? 0) <= clock.now, 'nothing is removed that a copy of an entry may still name');
    const live = consumers.find(({ fence, stopAt }) => blob.startsWith(`${fence}/`) && stopAt > clock.now);
    must(live === undefined, 'nothing is removed that a running load may be writing');
  }
}

function checkEnded(record: Snapshot['ended'][number], before: Snapshot, { seen, ended, asks, loads }: Model): void {
  const known = ended.get(record.taskId);
  must(known === undefined || JSON.stringify(known) === JSON.stringify(record), 'a task ends once');
  if (known !== undefined || record.state !== 'SUCCESS') return;
  const version = record.version ?? 0;
  const settled = before.document.settling.find((task) => task.record.taskId === record.taskId);
  must(
    seen.d1 !== null && seen.d1.revision >= (settled?.revision ?? 1),
    'a task is SUCCESS only when D1 has its revision',
  );
  const data = loads.get(version) ?? NEVER;
  for (const ask of asks.filter(({ taskId }) => taskId === record.taskId)) {
    must(version > ask.version, 'a task brings a version newer than the one its asker saw');
    must(data.step > ask.step, 'a refresh brings data that was fetched after it was asked for');
    must(data.number >= ask.number, 'a task brings data fetched by the definition that its asker knew');
  }
}

/** What must hold in the present state. */
export function checkNow(model: Model): void {
  const { document, d1, blobs } = model.seen;
  must(document.counters.version === model.loads.size, 'versions are counted without gap or repeat');
  must(document.head !== null || document.behind === null, 'nothing waits behind a free key');
  must((document.loaded?.version ?? model.loads.size) === model.loads.size, 'what is current is the last version made');

  const owed = new Set(document.owed.map(blobName));
  const named = namedBlobs(document, 0).map(blobName);
  for (const blob of named) must(blobs.includes(blob), 'what a kept version names is in R2');
  for (const blob of blobs) must(named.includes(blob) || owed.has(blob), 'what is in R2 is named or owed');
  const dueBy = clock.now + OWED_CLAIMED_MS;
  must(!document.owed.some(({ dueAt }) => dueAt > dueBy), 'what is owed is due within a day');

  must(document.stored.revision <= (d1?.revision ?? 0), 'D1 has what the object believes that it has');
  if (document.stored.revision === document.counters.revision && document.stored.revision > 0) {
    must(canonicalText(d1) === canonicalText(entryOf(document)), 'D1 agrees with the object once it has its revision');
  }
  checkPurged(model);
}

/**
 * Data fetched before a purge is never current again: in the object from the purge on, in D1 once the purge was
 * answered.
 */
function checkPurged({ seen, loads, purge, expiry }: Model): void {
  const told = [
    { loaded: seen.document.loaded, purged: purge.asked, expired: expiry.asked },
    { loaded: seen.d1?.loaded ?? null, purged: purge.answered, expired: expiry.answered },
  ];
  for (const { loaded, purged, expired } of told) {
    if (loaded === null) continue;
    const { step } = loads.get(loaded.version) ?? NEVER;
    must(step > purged, 'after a purge was answered nothing from before is current');
    // Claims within one millisecond put the object's times ahead by one each.
    const isFresh = loaded.expiresAt > Math.max(clock.now, loaded.loadedAt);
    must(step > expired || !isFresh, 'after a soft purge nothing from before counts as fresh');
  }
}
