/** What must be true of the stores after everything has ended (DESIGN "Invariants" 1, 3, 7, 8). */

import { namedBlobs } from '../../../src/core/task-machine/owed.ts';
import type { StoredCache, Stores } from './stores.ts';

/** Ids of tasks that were named in answers. */
export type Accepted = ReadonlySet<string>;

export interface StoresReport {
  caches: number;
  tasks: number;
  versions: number;
  blobs: number;
  /** What was not true, as text; empty: everything was. */
  faults: string[];
}

const ENDED = new Set(['SUCCESS', 'FAILURE', 'REVOKED']);

/** Compares object, D1 and R2. `accepted`: ids of tasks that clients were told of. */
export function checkStores(stores: Stores, accepted: Accepted): StoresReport {
  const faults: string[] = [];
  const states = new Map(stores.caches.flatMap(({ ended }) => ended.map((task) => [task.taskId, task.state] as const)));
  for (const taskId of accepted) {
    const state = states.get(taskId);
    if (state === undefined || !ENDED.has(state)) faults.push(`task ${taskId} was accepted and has not ended`);
  }
  for (const cache of stores.caches) faults.push(...cacheFaults(cache, stores));
  const known = new Set(stores.caches.flatMap((cache) => [...namedIn(cache), ...owedIn(cache)]));
  for (const name of stores.blobs.keys()) if (!known.has(name)) faults.push(`blob ${name} is neither named nor owed`);
  faults.push(...recordFaults(stores));
  return {
    caches: stores.caches.length,
    tasks: accepted.size,
    versions: stores.caches.reduce((sum, { document }) => sum + document.counters.version, 0),
    blobs: stores.blobs.size,
    faults,
  };
}

function cacheFaults(cache: StoredCache, stores: Stores): string[] {
  const { document, ended } = cache;
  const { key } = document.cache;
  const faults: string[] = [];
  const of = (words: string) => faults.push(`cache ${key.slice(0, 12)}: ${words}`);

  const { version, revision } = document.counters;
  const versions = ended.map((task) => task.version).filter((one) => one !== null);
  if (versions.toSorted((a, b) => a - b).some((one, at) => one !== at + 1) || versions.length !== version) {
    of(`its versions up to ${version} are ${versions.toSorted((a, b) => a - b).join(' ')}`);
  }
  for (const { taskId, state } of [document.head, document.behind].filter((task) => task !== null)) {
    of(`the task ${taskId} is ${state}`);
  }
  for (const { record } of document.settling) of(`the task ${record.taskId} waits for D1`);

  const entry = stores.entries.find((row) => row.key === key);
  if ((entry?.revision ?? 0) !== revision || (entry?.version ?? null) !== (document.loaded?.version ?? null)) {
    of(`D1 has revision ${entry?.revision} of version ${entry?.version}, the object ${revision} of ${version}`);
  }
  for (const name of namedIn(cache)) if (!stores.blobs.has(name)) of(`the blob ${name} is named and not there`);
  for (const fault of bodyFaults(cache, stores)) of(fault);
  return faults;
}

/** Whether the body is complete: it has the stated length, is JSON, and has the counted rows. */
function bodyFaults({ document: { cache, loaded } }: StoredCache, { blobs }: Stores): string[] {
  if (loaded === null) return [];
  const blob = blobs.get(`${cache.key}/${loaded.fence}/body`);
  if (blob === undefined) return [];
  if (blob.byteLength !== loaded.bytes + loaded.mapBytes) return ['its body is not of the length told'];
  try {
    const tables = JSON.parse(new TextDecoder().decode(blob.subarray(0, loaded.bytes))) as { data: unknown[] }[];
    const rows = tables.reduce((sum, { data }) => sum + data.length, 0);
    return rows === loaded.rows ? [] : [`its body has ${rows} rows and not ${loaded.rows}`];
  } catch {
    return ['its body is no JSON'];
  }
}

function namedIn({ document }: StoredCache): string[] {
  return namedBlobs(document, 0).map(({ fence, name }) => `${document.cache.key}/${fence}/${name}`);
}

function owedIn({ document }: StoredCache): string[] {
  return document.owed.map(({ fence, name }) => `${document.cache.key}/${fence}/${name}`);
}

function recordFaults({ caches, records }: Stores): string[] {
  const last = new Map(caches.map(({ document }) => [document.cache.key, document.counters.version]));
  return records
    .filter(({ key, version, changed }) => version < 1 || version > (last.get(key) ?? 0) || changed > version)
    .map(({ device, version }) => `the record of ${device} tells of version ${version}, which never was`);
}
