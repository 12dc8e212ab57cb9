/** What is known of devices: the store of it, and records on their way to the store, as flows see them. */

import type { Refusal, SyncMessage, SyncRecord } from './messages.ts';

/** Identifies a device. */
export type DeviceName = Pick<SyncRecord, 'user' | 'device'>;

/** What D1 has of a device, or what is to be merged into that. Times are ms since the epoch. */
export interface DeviceDocument extends DeviceName {
  /** The latest of all times in the document. */
  seen: number;
  /** Time of the last full check; 0: none is known. */
  checked: number;
  /** `<resource> <key>` -> `<time> <version> <changed>`, time and version of 16 digits. */
  caches: Record<string, string>;
  /** Tag -> when a check last named it. Only tags named at `checked` or later count. */
  holds: Record<string, number>;
  /** `<reason> <resource>` -> the hour of the last refusal. */
  refusals: Record<string, number>;
}

/** Which records a list contains: those of one user, or of all users. */
export interface SyncFilter {
  user: string | null;
  device?: string;
  resource?: string;
}

/** Which devices a list contains. */
export interface DeviceFilter extends Omit<SyncFilter, 'resource'> {
  /** Only devices whose name fits. */
  fits?: ((device: string) => boolean) | undefined;
}

/** A position in the order of the records. */
export type SyncPlace = Pick<SyncRecord, 'user' | 'device' | 'resource' | 'key'>;

/** A page of records in order of user, device, resource, key. */
export interface SyncPage {
  records: SyncRecord[];
  /** The position to continue after; null: the list ends. A page may have few records or none although the list continues. */
  next: SyncPlace | null;
}

/** A page of devices in order of user and device, with everything that is known of each. */
export interface DevicePage {
  devices: DeviceDocument[];
  next: DeviceName | null;
}

/** The result of a write of notes. */
export interface Noted {
  /** Devices whose documents could not be written for reasons of their own: to be retried. */
  failed: DeviceName[];
  /** New devices of users who already have their maximum of devices, all seen within 7 days. */
  refused: DeviceName[];
}

/** What is known of devices (table `devices`): what each was last given, what it holds, and what it was refused. */
export interface SyncRecords {
  /** A page after `after`; one statement if it reads little. */
  list(filter: SyncFilter, after: SyncPlace | null, limit: number): Promise<SyncPage>;
  /**
   * At most `limit` devices; fewer if they have many caches. With `fits`, the page also ends, even if empty, once 5,000
   * names were read.
   */
  listDevices(filter: DeviceFilter, after: DeviceName | null, limit: number): Promise<DevicePage>;
  /**
   * Writes notes. SQL keeps the newest by (time, version), so order and repetition do not matter. `now` in ms since the
   * epoch.
   */
  put(records: readonly SyncRecord[], more?: Pick<SyncMessage, 'checks' | 'refusals'>, now?: number): Promise<Noted>;
  /**
   * Forgets up to `limit` records of a user (or of one device) and returns how many. Notes from before `now` (ms since
   * the epoch) that arrive later are ignored until `dropMarks`.
   */
  remove(user: string, device: string | null, limit: number, now: number): Promise<number>;
  /** One step of the slow walk that drops records older than `before`; reads at most `limit` devices. */
  dropOld(before: number, limit: number): Promise<void>;
  /** Drops the marks of users and devices that were forgotten before `before`. */
  dropMarks(before: number): Promise<void>;
  /** Moves records that an older release has written (table `sync_records`) into `devices`, in a bounded step. */
  moveFormer(): Promise<void>;
  /** With several databases: one step of the slow walk that moves devices to the database where they belong. */
  moveStrays?(): Promise<void>;
}

/** What one request gave a device, of many caches. */
export interface DeviceSync {
  user: string;
  /** Null: the request named no device, so only reads are noted. */
  device: string | null;
  /** The versions that it now has, by 200 or 304; not those that it was only promised (202, `href`). */
  given: readonly Pick<SyncRecord, 'resource' | 'key' | 'version' | 'changed'>[];
  /** Further keys that were read. */
  read: readonly string[];
  /**
   * For a full check: keys of all caches that the device holds; `adds`: in addition to the previous check. Null: it was
   * no full check.
   */
  check: { keys: readonly string[]; adds: boolean } | null;
}

/**
 * Records on their way to the queue (DESIGN "Group commit"). The caller passes each promise to `waitUntil`; null:
 * nothing was noted.
 */
export interface SyncBuffer {
  /** Notes a record (null: no device to record), and once an hour that the key was read. `now` in ms since the epoch. */
  add(record: SyncRecord | null, key: string, now: number): Promise<void> | null;
  /**
   * The same for many caches at once. Leaves out records that were noted here less than SYNC_RESOLUTION_S ago and have
   * not changed.
   */
  addAll(sync: DeviceSync, now: number): Promise<void> | null;
  /** Notes once an hour that a device was refused a resource. */
  addRefusal(refusal: Omit<Refusal, 'hour'>, now: number): Promise<void> | null;
}
