/** Describes a cache's status in words. */

import type { CacheStatus } from '@freshet/client';
import { ago, moment, size, until } from './words.ts';

export interface Said {
  /** `good`: changes come by themselves; `plain`: the rows were checked; `busy`: something is in progress. */
  tone: 'good' | 'plain' | 'busy' | 'warn' | 'bad';
  label: string;
  detail: string;
}

/** The description of a status. @param now ms since the epoch, by the device's clock */
export function sayStatus(status: CacheStatus, now: number): Said {
  const { data, sync, checkedAt, retryAt, progress } = status;
  const isHeld = data === 'held';
  const asOf = isHeld && checkedAt !== null ? `As of ${moment(checkedAt, now)}, ${ago(checkedAt, now)}.` : '';
  const checked = checkedAt === null ? '' : `Checked ${ago(checkedAt, now)}.`;
  const again = retryAt === null ? '' : `Tries again ${until(retryAt, now)}.`;
  const said = (tone: Said['tone'], label: string, ...details: string[]): Said => ({
    tone,
    label,
    detail: details.filter((detail) => detail !== '').join(' '),
  });
  switch (sync) {
    case 'reading':
      return said('busy', 'Opening', 'Reading what this device holds.');
    case 'loading': {
      const { bytes = 0, of = null } = progress ?? {};
      const come = bytes === 0 ? '' : `${size(bytes)}${of === null ? '' : ` of ${size(of)}`} have come.`;
      return said('busy', isHeld ? 'Updating' : 'Loading', come, asOf);
    }
    case 'checking':
      return said('busy', 'Checking', asOf);
    case 'live':
      return said('good', 'Live', 'Changes appear automatically.', checked);
    case 'idle':
      return said('plain', 'Checked', asOf, 'Checks again from time to time.');
    case 'paused':
      return said('plain', 'Paused', asOf);
    case 'offline':
      return said('warn', 'Offline', isHeld ? asOf : 'Nothing of this table is on the device yet.', again);
    case 'needs-auth':
      return said('warn', 'Sign in again', asOf, isHeld ? 'What is held stays readable.' : '');
    case 'denied':
      return said('bad', 'Not allowed', asOf);
    case 'failed':
      return said('bad', isHeld ? 'Not up to date' : 'Not loaded', asOf, again);
  }
}
