import type { Schema } from '../api/paths.ts';
import { addressOfResource } from '../resources/resource-address.ts';
import { common } from '../texts/common.ts';
import { devicesTexts } from '../texts/devices.ts';
import { Link } from '../ui/link.tsx';
import { Table } from '../ui/table.tsx';
import { Hour } from '../ui/time.tsx';

type Refusal = Schema<'DeviceRefusal'>;
type DeviceCache = Schema<'DeviceCache'>;

/** The service records refusals by the hour. */
const HOUR_MS = 3_600_000;

/** Whether the device got the resource after it had been refused. */
export function isOver({ resource_title: title, time }: Refusal, caches: readonly DeviceCache[]): boolean {
  const end = Date.parse(time) + HOUR_MS;
  return caches.some((cache) => cache.resource_title === title && Date.parse(cache.sync_datetime) >= end);
}

/** The latest refusals of a device, and what they mean. */
export function Refusals({ of, caches }: { of: readonly Refusal[]; caches: readonly DeviceCache[] }) {
  const t = devicesTexts();
  const meanings = { group: t.groupMeans, scope: t.scopeMeans };
  return (
    <section>
      <h2>{t.refusedTitle}</h2>
      <Table
        label={t.refusedTitle}
        columns={[
          {
            name: 'resource',
            label: t.resource,
            show: ({ resource_title: title }) => <Link to={addressOfResource(title)}>{title}</Link>,
          },
          { name: 'reason', label: t.reason, show: ({ reason }) => <span class="tag failing">{t[reason]}</span> },
          {
            name: 'when',
            label: t.when,
            show: ({ time }) => (
              <>
                <Hour at={time} /> <span class="faint">{common().toTheHour}</span>
              </>
            ),
          },
          {
            name: 'meaning',
            label: t.meaning,
            show: (refusal) => (isOver(refusal, caches) ? t.since : meanings[refusal.reason]),
          },
        ]}
        rows={of}
        keyOf={(refusal) => refusal.resource_title}
        sortName="refusals"
        empty={t.noRefusals}
      />
    </section>
  );
}
