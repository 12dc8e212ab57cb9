/** What Tablet says of a cache (demo/tablet/app/say-status.ts). */
import { describe, expect, it } from 'vitest';
import { sayStatus } from '../../../../demo/tablet/app/say-status.ts';
import type { CacheStatus, SyncState } from '../../../src/api.ts';

const NOW = Date.parse('2026-11-28T20:00:00');
const HELD: CacheStatus = {
  data: 'held',
  storage: 'best-effort',
  sync: 'idle',
  checkedAt: NOW - 90_000,
  loadedAt: NOW - 120_000,
  expiresAt: null,
  retryAt: null,
  progress: null,
  error: null,
};
const NONE: CacheStatus = { ...HELD, data: 'none', checkedAt: null, loadedAt: null };
const AS_OF = 'As of 19:58:30, 90 s ago.';

it.each<[SyncState, string, string, string]>([
  ['reading', 'busy', 'Opening', 'Reading what this device holds.'],
  ['loading', 'busy', 'Updating', AS_OF],
  ['checking', 'busy', 'Checking', AS_OF],
  ['live', 'good', 'Live', 'Changes appear automatically. Checked 90 s ago.'],
  ['idle', 'plain', 'Checked', `${AS_OF} Checks again from time to time.`],
  ['paused', 'plain', 'Paused', AS_OF],
  ['offline', 'warn', 'Offline', AS_OF],
  ['needs-auth', 'warn', 'Sign in again', `${AS_OF} What is held stays readable.`],
  ['denied', 'bad', 'Not allowed', AS_OF],
  ['failed', 'bad', 'Not up to date', AS_OF],
])('says of rows that are held, while the cache is %s, how they stand', (sync, tone, label, detail) => {
  expect(sayStatus({ ...HELD, sync }, NOW)).toEqual({ tone, label, detail });
});

it.each<[SyncState, string, string]>([
  ['loading', 'Loading', ''],
  ['offline', 'Offline', 'Nothing of this table is on the device yet.'],
  ['needs-auth', 'Sign in again', ''],
  ['failed', 'Not loaded', ''],
])('claims no rows where none are held and the cache is %s', (sync, label, detail) => {
  expect(sayStatus({ ...NONE, sync }, NOW)).toMatchObject({ label, detail });
});

describe('numbers in it', () => {
  it('tell when it is tried again', () => {
    const said = (retryAt: number) => sayStatus({ ...HELD, sync: 'failed', retryAt }, NOW).detail;
    expect(said(NOW + 12_000)).toBe(`${AS_OF} Tries again in 12 s.`);
    expect(said(NOW + 240_000)).toBe(`${AS_OF} Tries again in 4 min.`);
    expect(said(NOW - 1)).toBe(`${AS_OF} Tries again now.`);
  });

  it('tell how much has come', () => {
    const said = (of: number | null) =>
      sayStatus({ ...NONE, sync: 'loading', progress: { bytes: 1_250_000, of } }, NOW).detail;
    expect(said(5_000_000)).toBe('1.3 MB of 5.0 MB have come.');
    expect(said(null)).toBe('1.3 MB have come.');
  });
});
