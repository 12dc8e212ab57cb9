import type { Schema } from '../api/paths.ts';
import { useQuery } from '../api/use-query.ts';
import { DeviceLink } from '../devices/device-link.tsx';
import { number } from '../texts/format.ts';
import { overviewTexts } from '../texts/overview.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

/** Most devices in one answer, and how many of them are shown. */
const MOST = 200;
const SHOWN = 10;

type Device = Schema<'Device'>;

/** Devices that lack newer versions, the longest silent first: users most likely call about those. */
export function Behind() {
  const t = overviewTexts();
  const devices = useQuery('/devices/', { query: { user: '*', behind: true, limit: MOST } });
  return (
    <section>
      <h2>{t.behind}</h2>
      <Loaded query={devices}>
        {(all) => (
          <>
            <Table
              label={t.behind}
              columns={[
                {
                  name: 'device',
                  label: t.device,
                  by: ({ device }) => device,
                  show: (device) => <DeviceLink {...device} />,
                },
                { name: 'user', label: t.user, by: ({ user }) => user, show: ({ user }) => user },
                { name: 'seen', label: t.seen, by: ({ seen }) => seen, show: ({ seen }) => <Time at={seen} far /> },
                ...[
                  { name: 'lacks', label: t.lacks, by: ({ behind }: Device) => behind },
                  { name: 'caches', label: t.caches, by: ({ caches }: Device) => caches },
                ].map((column) => ({ ...column, numeric: true, show: (device: Device) => number(column.by(device)) })),
              ]}
              rows={longestUnseen(all as Device[])}
              keyOf={({ user, device }) => JSON.stringify([user, device])}
              sortName="behind"
              empty={t.noneBehind}
            />
            {devices.next.value !== null && <p class="faint">{t.firstDevices(all.length)}</p>}
          </>
        )}
      </Loaded>
    </section>
  );
}

function longestUnseen(all: readonly Device[]): Device[] {
  return all
    .filter(({ behind }) => behind > 0)
    .toSorted((one, other) => one.seen.localeCompare(other.seen))
    .slice(0, SHOWN);
}
