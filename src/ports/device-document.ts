/** What is known of a device, as D1 has it in table `devices` (core/device-documents.ts). */

import type { SyncRecord } from './messages.ts';

/** Names a device. */
export type DeviceName = Pick<SyncRecord, 'user' | 'device'>;

/** What is to be merged into what D1 has of a device, or what it has. Times are ms since the epoch. */
export interface DeviceDocument extends DeviceName {
  /** The latest of all times in it. */
  seen: number;
  /** When the last full check was made; 0: none is known. */
  checked: number;
  /** `<resource> <key>` -> `<time> <version> <changed>`, time and version of 16 digits. */
  caches: Record<string, string>;
  /** Tag -> when a check last named it. Only those named at `checked` or later count. */
  holds: Record<string, number>;
  /** `<reason> <resource>` -> the hour. */
  refusals: Record<string, number>;
}
