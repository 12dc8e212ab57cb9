/** What is known of devices: as flows see the store of it, and on its way there. */

import type { DeviceDocument, DeviceName } from './device-document.ts';
import type { Refusal, SyncMessage, SyncRecord } from './messages.ts';

/** Which records a list is about: those of one user, or of all. */
export interface SyncFilter {
  user: string | null;
  device?: string;
  resource?: string;
}

/** Which devices a list is about. */
export interface DeviceFilter extends Omit<SyncFilter, 'resource'> {
  /** Only those whose name fits. */
  fits?: ((device: string) => boolean) | undefined;
}

/** A place in the order of the records. */
export type SyncPlace = Pick<SyncRecord, 'user' | 'device' | 'resource' | 'key'>;

/** A page of records in order of user, device, resource, key. */
export interface SyncPage {
  records: SyncRecord[];
  /** The place to go on after; null: the list ends. A page may have few records, or none, and the list go on. */
  next: SyncPlace | null;
}

/** A page of devices in order of user and device, with all that is known of each. */
export interface DevicePage {
  devices: DeviceDocument[];
  next: DeviceName | null;
}

/** What became of notes. */
export interface Noted {
  /** Devices whose documents could not be written, for reasons of their own: to be tried again. */
  failed: DeviceName[];
  /** New devices of users who have as many as they may, all seen within 7 days. */
  refused: DeviceName[];
}

/** What is known of devices (table `devices`): what each was last given, what it holds and what it was refused. */
export interface SyncRecords {
  /** A page after `after`, in one statement where what it reads is small. */
  list(filter: SyncFilter, after: SyncPlace | null, limit: number): Promise<SyncPage>;
  /** A page of at most `limit` devices, and short where they have many caches; by `fits` also, be it empty, once it has looked at 5,000 names. */
  listDevices(filter: DeviceFilter, after: DeviceName | null, limit: number): Promise<DevicePage>;
  /** Notes, the newest by (time, version) decided in SQL: order and doubling do not matter. `now` in ms since the epoch. */
  put(records: readonly SyncRecord[], more?: Pick<SyncMessage, 'checks' | 'refusals'>, now?: number): Promise<Noted>;
  /**
   * Forgets up to `limit` records of a user (of one device); the number forgotten. What was noted before `now` (ms since the
   * epoch) and comes later is ignored from then on, till `dropMarks`.
   */
  remove(user: string, device: string | null, limit: number, now: number): Promise<number>;
  /** One step of the slow walk that drops records older than `before`, at most `limit` devices read. */
  dropOld(before: number, limit: number): Promise<void>;
  /** Drops the marks of who was forgotten before `before`. */
  dropMarks(before: number): Promise<void>;
  /** Brings records home that an older release has written (table `sync_records`), a bounded step. */
  moveFormer(): Promise<void>;
  /** Of several databases: one step of the slow walk that brings devices to the one where they belong. */
  moveStrays?(): Promise<void>;
}

/** What one request gave a device of many caches. */
export interface DeviceSync {
  user: string;
  /** Null: none was named, so that only reads are noted. */
  device: string | null;
  /** What it now has of each cache, by 200 or 304; not what it was only promised (202, `href`). */
  given: readonly Pick<SyncRecord, 'resource' | 'key' | 'version' | 'changed'>[];
  /** Keys that were read besides. */
  read: readonly string[];
  /** Of a full check: keys of all caches that the device holds; `adds`: besides those of the check before. Null: it was none. */
  check: { keys: readonly string[]; adds: boolean } | null;
}

/** Records on their way to the queue (DESIGN "Group commit"). The caller's `waitUntil` runs the promise; null: nothing was to be noted. */
export interface SyncBuffer {
  /** Notes a record (null: no device to record), and once an hour that the key was read. `now` in ms since the epoch. */
  add(record: SyncRecord | null, key: string, now: number): Promise<void> | null;
  /** The same of many caches at once. What was noted here less than SYNC_RESOLUTION_S ago, and has not changed, is left out. */
  addAll(sync: DeviceSync, now: number): Promise<void> | null;
  /** Notes once an hour that a device was refused a resource. */
  addRefusal(refusal: Omit<Refusal, 'hour'>, now: number): Promise<void> | null;
}
