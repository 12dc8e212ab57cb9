/** What must hold in every world (DESIGN "Invariants" 1-3, 8, 9), whatever happened before. */

import { namedBlobs } from '../../../src/core/task-machine/owed.ts';
import { checkWatch } from './hub.ts';
import { blobName, must, type World } from './world.ts';

export function checkWorld(world: World): void {
  const { document, d1, blobs, versions, purgedVersion } = world;
  const isFirstLife = world.bornAt === 0;
  must(!isFirstLife || document.counters.version === versions, 'versions are counted without gap or repeat');
  must(document.head !== null || document.behind === null, 'nothing waits behind a free key');
  const last = document.counters.version;
  must((document.loaded?.version ?? last) === last, 'what is current is the last version made');

  const named = namedBlobs(document, 0).map(blobName);
  const owed = new Set(document.owed.map(blobName));
  for (const blob of named) must(blobs.includes(blob), 'what a kept version names is in R2');
  for (const blob of blobs) {
    const isKnown = named.includes(blob) || owed.has(blob) || Number.parseInt(blob, 10) < world.bornAt;
    must(isKnown, 'what is in R2 is named or owed');
  }

  checkWatch(world);
  for (const loaded of [document.loaded, d1?.loaded ?? null]) {
    must(
      loaded === null || loaded.version > purgedVersion,
      'after a purge was answered nothing from before is current',
    );
  }
}

/** What must hold between a world and the next one. */
export function checkMove(before: World, after: World): void {
  must((after.d1?.revision ?? 0) >= (before.d1?.revision ?? 0), 'D1 never goes back');
  if (before.d1?.loaded && after.d1?.loaded) {
    must(after.d1.loaded.version >= before.d1.loaded.version, 'readers never see versions go back');
  }
  if (after.bornAt > before.bornAt) return;
  for (const counter of ['version', 'revision', 'fence', 'nextRowId'] as const) {
    must(after.document.counters[counter] >= before.document.counters[counter], `the counter ${counter} only grows`);
  }
  for (const blob of before.blobs) {
    if (after.blobs.includes(blob)) continue;
    must((after.neededUntil[blob] ?? 0) <= after.now, 'nothing is removed that a copy of an entry may still name');
  }
}
