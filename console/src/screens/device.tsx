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

/** One device: why its data may be old, what it has, and what it was refused. */
export function Device() {
  const t = devicesTexts();
  const [user, device] = [query.value.get('user') ?? '', query.value.get('device') ?? ''];
  const isNamed = user !== '' && device !== '';
  const list = useQuery('/devices/', isNamed ? { query: { user, device, expand: 'caches' } } : null);
  const found = (list.data.value as ExpandedDevice[] | undefined)?.find((one) => one.user === user);
  const tools = (
    <>
      {found && <ForgetDevice user={user} device={device} records={found.caches.length} />}
      {isNamed && <ForgetUser user={user} />}
    </>
  );
  return (
    <Screen place={JSON.stringify([user, device])} title={device || t.device} tools={tools}>
      {isNamed ? (
        <Loaded query={list}>{() => (found === undefined ? <Gone user={user} /> : <Shown device={found} />)}</Loaded>
      ) : (
        <Gone user={user} />
      )}
    </Screen>
  );
}

function Gone({ user }: { user: string }) {
  const t = devicesTexts();
  return (
    <p class="empty">
      {t.gone} <Link to={addressOf('/devices', { user })}>{t.allOfUser}</Link>
    </p>
  );
}

function Shown({ device }: { device: ExpandedDevice }) {
  const { caches, refusals = [] } = device;
  return (
    <>
      <About device={device} />
      <Causes device={device} />
      <DeviceCaches user={device.user} device={device.device} caches={caches} />
      <Refusals of={refusals} caches={caches} />
    </>
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
            <Time at={seen} /> <span class="faint">{`${relative(seen, now.value)}, ${t.seenExact}`}</span>
          </>,
        ],
        [t.caches, number(caches.length)],
        [t.behind, number(behind)],
      ]}
    />
  );
}
