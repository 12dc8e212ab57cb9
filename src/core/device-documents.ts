/**
 * What is known of a device, as one document. The newest value of each part counts, by time, so that notes may arrive
 * in any order and more than once. D1 merges documents by the same rules (stores/device-merge.ts). Therefore a cache is
 * two texts here: its name, and its version in a form that sorts as text by time, then version.
 */

import type { DeviceCheck, Refusal, SyncMessage, SyncRecord } from '../ports/messages.ts';
import type { DeviceDocument, DeviceName } from '../ports/sync-store.ts';
import { tagOfKey } from './etag.ts';
import { recordId } from './sync-records.ts';

/** Most bytes of documents, as JSON, for one statement. */
const MAX_STATEMENT_BYTES = 65_536;
const DIGITS = 16;
/** Added to the text of a time: sorts after each cache of that time, and before those of later times. */
const AFTER_TIME = '~';

const encoder = new TextEncoder();

type Notes = Pick<SyncMessage, 'checks' | 'refusals'> & { records: readonly SyncRecord[] };

/**
 * Notes as documents, in groups of one statement each. Parts of one device may be in several groups: merged one after
 * the other, they give the same result.
 */
export function documentsOf({ records, checks = [], refusals = [] }: Notes): DeviceDocument[][] {
  const groups: DeviceDocument[][] = [];
  let known = new Map<string, DeviceDocument>();
  let bytes = 0;
  function note(name: DeviceName, at: number, value: unknown): DeviceDocument {
    const id = JSON.stringify([name.user, name.device]);
    const size = encoder.encode(id + JSON.stringify(value)).byteLength;
    if (groups.length === 0 || bytes + size > MAX_STATEMENT_BYTES) {
      groups.push([]);
      known = new Map();
      bytes = 0;
    }
    const document = known.get(id) ?? emptyDocument(name);
    if (!known.has(id)) groups.at(-1)?.push(document);
    known.set(id, document);
    bytes += size;
    document.seen = Math.max(document.seen, at);
    return document;
  }
  for (const record of inOrderOfDevice(records)) {
    const entry = [cacheName(record), cacheValue(record)] as const;
    raise(note(record, record.syncedAt, entry).caches, ...entry);
  }
  for (const check of checks) noteCheck(note(check, check.at, check.tags), check);
  for (const refusal of refusals) {
    const name = `${refusal.reason} ${refusal.resource}`;
    raise(note(refusal, refusal.hour, name).refusals, name, refusal.hour);
  }
  return groups;
}

/** Whole documents, in groups of one statement each. */
export function inGroups(documents: readonly DeviceDocument[]): DeviceDocument[][] {
  const groups: DeviceDocument[][] = [];
  let bytes = MAX_STATEMENT_BYTES;
  for (const document of documents) {
    const size = encoder.encode(JSON.stringify(document)).byteLength;
    if (bytes + size > MAX_STATEMENT_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(document);
    bytes += size;
  }
  return groups;
}

/** Sorted so that notes of the same document are adjacent. */
function inOrderOfDevice(records: readonly SyncRecord[]): SyncRecord[] {
  return [...records].sort((a, b) => (a.user === b.user ? compare(a.device, b.device) : compare(a.user, b.user)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function noteCheck(document: DeviceDocument, { at, tags, adds }: DeviceCheck): void {
  if (!adds) document.checked = Math.max(document.checked, at);
  for (const tag of tags) raise(document.holds, tag, at);
}

/** The document of a device about which nothing is known. */
export function emptyDocument({ user, device }: DeviceName): DeviceDocument {
  const none = () => Object.create(null) as Record<string, never>;
  return { user, device, seen: 0, checked: 0, caches: none(), holds: none(), refusals: none() };
}

/** Merges two documents of the same device. */
export function mergedDocument(a: DeviceDocument, b: DeviceDocument): DeviceDocument {
  const merged = { ...emptyDocument(a), seen: Math.max(a.seen, b.seen), checked: Math.max(a.checked, b.checked) };
  for (const part of ['caches', 'holds', 'refusals'] as const) {
    for (const from of [a, b]) {
      for (const [name, value] of Object.entries(from[part])) raise<string | number>(merged[part], name, value);
    }
  }
  return merged;
}

function raise<Value extends string | number>(values: Record<string, Value>, name: string, value: Value): void {
  const before = values[name];
  if (before === undefined || value > before) values[name] = value;
}

/** The caches of a document as records, in the order that SQLite gives them: by resource and key. */
export function recordsOf({ user, device, caches }: Pick<DeviceDocument, 'user' | 'device' | 'caches'>): SyncRecord[] {
  return Object.entries(caches).map(([name, value]) => {
    // A key has no spaces.
    const space = name.lastIndexOf(' ');
    const [syncedAt = 0, version = 0, changed = 0] = value.split(' ').map(Number);
    return { user, device, resource: name.slice(0, space), key: name.slice(space + 1), syncedAt, version, changed };
  });
}

/** The refusals, newest first. */
export function refusalsOf({ user, device, refusals }: DeviceDocument): Refusal[] {
  return Object.entries(refusals)
    .map(([name, hour]) => {
      const space = name.indexOf(' ');
      const reason = name.slice(0, space) as Refusal['reason'];
      return { user, device, resource: name.slice(space + 1), reason, hour };
    })
    .sort((a, b) => b.hour - a.hour || compare(recordIdOf(a), recordIdOf(b)));
}

function recordIdOf({ user, device, resource, reason }: Refusal): string {
  return recordId({ user, device, resource, key: reason });
}

/**
 * Whether the device still holds a cache that it was given: it named the cache in its last full check or later, or was
 * given it after that check. A device that never made a full check holds everything that it was given.
 */
export function isHeld(
  { checked, holds }: Pick<DeviceDocument, 'checked' | 'holds'>,
  { key, syncedAt }: Pick<SyncRecord, 'key' | 'syncedAt'>,
): boolean {
  return checked === 0 || syncedAt > checked || (holds[tagOfKey(key)] ?? 0) >= checked;
}

function cacheName({ resource, key }: Pick<SyncRecord, 'resource' | 'key'>): string {
  return `${resource} ${key}`;
}

function cacheValue({ syncedAt, version, changed }: SyncRecord): string {
  return `${timeText(syncedAt)} ${digits(version)} ${changed}`;
}

/** The text of a time, with which the value of a cache begins. */
export function timeText(at: number): string {
  return digits(at);
}

/** Sorts after the value of each cache of that time or earlier, and before those of later times. */
export function afterTime(at: number): string {
  return digits(at) + AFTER_TIME;
}

function digits(number: number): string {
  return String(number).padStart(DIGITS, '0');
}
