/** What is known of a device, as D1 stores it in table `devices` (core/device-documents.ts). */

import type { SyncRecord } from './messages.ts';

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
