import type { Schema } from '../api/paths.ts';
import { now } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import { Causes } from '../devices/causes.tsx';
import { DeviceCaches } from '../devices/device-caches.tsx';
import { ForgetDevice, ForgetUser } from '../devices/forget.tsx';
import { Refusals } from '../devices/refusals.tsx';
import { addressOf, query } from '../shell/router.ts';
import { devicesTexts } from '../texts/devices.ts';
import { number, relative } from '../texts/format.ts';
import { Facts } from '../ui/facts.tsx';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Screen } from '../ui/screen.tsx';
import { Time } from '../ui/time.tsx';

type ExpandedDevice = Schema<'ExpandedDevice'>;

/** One device: why its data may be old, what it has, what it was refused. */
export function Device() {
  const t = devicesTexts();
  const [user, device] = [query.value.get('user') ?? '', query.value.get('device') ?? ''];
  const list = useQuery('/devices/', { query: { user, device, expand: 'caches' } });
  const found = list.data.value?.[0] as ExpandedDevice | undefined;
  const tools = (
    <>
      {found && <ForgetDevice user={user} device={device} records={found.caches.length} />}
      <ForgetUser user={user} />
    </>
  );
  return (
    <Screen place={JSON.stringify([user, device])} title={device} tools={tools}>
      <Loaded query={list}>
        {() =>
          found === undefined ? (
            <p class="empty">
              {t.gone} <Link to={addressOf('/devices', { user })}>{t.allOfUser}</Link>
            </p>
          ) : (
            <>
              <About device={found} />
              <Causes device={found} />
              <DeviceCaches user={user} device={device} caches={found.caches} />
              <Refusals of={found.refusals ?? []} caches={found.caches} />
            </>
          )
        }
      </Loaded>
    </Screen>
  );
}

function About({ device: { user, seen, caches, behind } }: { device: ExpandedDevice }) {
  const t = devicesTexts();
  return (
    <Facts
      of={[
        [
          t.user,
          <Link key="user" to={addressOf('/devices', { user })}>
            <bdi>{user}</bdi>
          </Link>,
        ],
        [
          t.seen,
          <>
            <Time at={seen} /> <span class="faint">{relative(seen, now.value)}</span>
          </>,
        ],
        [t.caches, number(caches.length)],
        [t.behind, number(behind)],
      ]}
    />
  );
}
