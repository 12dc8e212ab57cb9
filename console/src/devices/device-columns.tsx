import type { Schema } from '../api/paths.ts';
import { addressOf } from '../shell/router.ts';
import { devicesTexts } from '../texts/devices.ts';
import { number } from '../texts/format.ts';
import { Link } from '../ui/link.tsx';
import type { Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { DeviceLink } from './device-link.tsx';

export type Device = Schema<'Device'>;

/** The columns of a list of devices. */
export function deviceColumns(): Column<Device>[] {
  const t = devicesTexts();
  return [
    { name: 'device', label: t.device, by: ({ device }) => device, show: (device) => <DeviceLink {...device} /> },
    {
      name: 'user',
      label: t.user,
      by: ({ user }) => user,
      show: ({ user }) => (
        <Link to={addressOf('/devices', { user })}>
          <bdi>{user}</bdi>
        </Link>
      ),
    },
    { name: 'seen', label: t.seen, by: ({ seen }) => seen, show: ({ seen }) => <Time at={seen} far /> },
    { name: 'caches', label: t.caches, numeric: true, by: ({ caches }) => caches, show: (one) => number(one.caches) },
    {
      name: 'behind',
      label: t.behind,
      numeric: true,
      by: ({ behind }) => behind,
      show: ({ behind }) => (behind === 0 ? number(0) : <span class="tag stale">{number(behind)}</span>),
    },
    {
      name: 'refusals',
      label: t.refusals,
      by: ({ refusals = [] }) => refusals.length,
      show: ({ refusals = [] }) => <span class="clipped">{refusals.map((one) => one.resource_title).join(', ')}</span>,
    },
  ];
}
