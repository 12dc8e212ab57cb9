import { useEffect } from 'preact/hooks';
import type { Query } from '../api/query.ts';
import { useQuery } from '../api/use-query.ts';
import { type Device, deviceColumns } from '../devices/device-columns.tsx';
import { deviceAddress } from '../devices/device-link.tsx';
import { addressOfResource } from '../resources/resource-address.ts';
import { addressOf, query, replace } from '../shell/router.ts';
import { common } from '../texts/common.ts';
import { searchTexts } from '../texts/search.ts';
import { Link } from '../ui/link.tsx';
import { ProblemView } from '../ui/problem.tsx';
import { Screen } from '../ui/screen.tsx';
import { Table } from '../ui/table.tsx';

/** Most devices of one name that are shown. */
const MOST = 100;

/** What has a name, by that name. Where it is one thing, that is gone to at once. */
export function Search() {
  const text = query.value.get('q') ?? '';
  return <Found key={text} text={text} />;
}

function Found({ text }: { text: string }) {
  const t = searchTexts();
  const isAsked = text !== '' && text !== '*';
  const named = useQuery('/devices/', isAsked ? { query: { user: '*', device: text, limit: MOST } } : null);
  const owned = useQuery('/devices/', isAsked ? { query: { user: text, limit: 1 } } : null);
  const resource = useQuery('/resources/{title}/', isAsked ? { path: { title: text } } : null);
  const devices = (named.data.value ?? []) as Device[];
  const isUser = (owned.data.value ?? []).length > 0;
  const isResource = resource.data.value !== undefined;
  const places = [
    ...devices.map(({ user, device }) => deviceAddress(user, device)),
    ...(isUser ? [addressOf('/devices', { user: text })] : []),
    ...(isResource ? [addressOfResource(text)] : []),
  ];
  const isLooking = isAsked && !isAnswered(named, owned, resource);
  // A failure is no answer: what could not be looked up may be there.
  const problem = named.problem.value ?? owned.problem.value ?? (isMissing(resource) ? null : resource.problem.value);
  const only = isLooking || problem !== null || places.length !== 1 ? undefined : places[0];
  useEffect(() => {
    if (only !== undefined) replace(only);
  }, [only]);
  return (
    <Screen title={text === '' ? t.title : t.of(text)}>
      {problem && (
        <ProblemView
          problem={problem}
          onRetry={() => {
            for (const one of [named, owned, resource]) void one.load();
          }}
        />
      )}
      {isLooking || only !== undefined ? (
        <p class="faint" aria-busy="true">
          {common().loading}
        </p>
      ) : (
        <>
          {devices.length > 0 && (
            <>
              <h2>{t.devices}</h2>
              <Table
                label={t.devices}
                columns={deviceColumns()}
                rows={devices}
                keyOf={({ user, device }) => JSON.stringify([user, device])}
                empty={t.none}
              />
            </>
          )}
          {isUser && (
            <>
              <h2>{t.user}</h2>
              <p>
                <Link to={addressOf('/devices', { user: text })}>{t.devicesOf(text)}</Link>
              </p>
            </>
          )}
          {isResource && (
            <>
              <h2>{t.resource}</h2>
              <p>
                <Link to={addressOfResource(text)}>{text}</Link>{' '}
                <Link to={addressOf('/caches', { resource: text })}>{t.cachesOf(text)}</Link>
              </p>
            </>
          )}
          {places.length === 0 && (
            <p class="empty">
              {isAsked && t.nothing} {t.how} <Link to={addressOf('/devices')}>{t.allDevices}</Link>
            </p>
          )}
        </>
      )}
    </Screen>
  );
}

type LookUp = Pick<Query<unknown>, 'problem'> & { data: { readonly value: unknown } };

const isAnswered = (...all: LookUp[]) =>
  all.every(({ data, problem }) => data.value !== undefined || problem.value !== null);
const isMissing = ({ problem }: LookUp) => problem.value?.status === 404;
