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

/** Most devices and resources in the list. */
const MOST = 100;
/** Longest text: no name is longer, and the API refuses longer ones. */
const MAX_SEARCH = 128;

/** Everything whose name contains the words of a text. If only one thing matches, or one exactly, opens its screen. */
export function Search() {
  const text = query.value.get('q') ?? '';
  return <Found key={text} text={text} />;
}

function Found({ text }: { text: string }) {
  const t = searchTexts();
  const isAsked = text !== '' && text !== '*' && text.length <= MAX_SEARCH;
  const named = useQuery('/devices/', isAsked ? { query: { user: '*', search: text, limit: MOST } } : null);
  const owned = useQuery('/devices/', isAsked ? { query: { user: text, limit: 1 } } : null);
  const titled = useQuery('/resources/', isAsked ? { query: { search: text, limit: MOST } } : null);
  const devices = (named.data.value ?? []) as Device[];
  const isUser = (owned.data.value ?? []).length > 0;
  const titles = (titled.data.value ?? []).map(({ title }) => title);
  const places: Place[] = [
    ...devices.map(({ user, device }) => ({ name: device, address: deviceAddress(user, device) })),
    ...(isUser ? [{ name: text, address: addressOf('/devices', { user: text }) }] : []),
    ...titles.map((title) => ({ name: title, address: addressOfResource(title) })),
  ];
  const isLooking = isAsked && !isAnswered(named, owned, titled);
  // After a failure the list is incomplete: something that could not be looked up may exist.
  const problem = named.problem.value ?? owned.problem.value ?? titled.problem.value;
  const isWhole = named.next.value === null && titled.next.value === null;
  const only = isLooking || problem !== null ? undefined : onlyOne(places, text, isWhole);
  useEffect(() => {
    if (only !== undefined) replace(only);
  }, [only]);
  return (
    <Screen title={text === '' ? t.title : t.of(text)}>
      {problem && (
        <ProblemView
          problem={problem}
          onRetry={() => {
            for (const one of [named, owned, titled]) void one.load();
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
          {named.next.value !== null && (
            <p>
              <Link to={addressOf('/devices', { search: text })}>{t.moreDevices}</Link>
            </p>
          )}
          {titles.length > 0 && (
            <>
              <h2>{t.resource}</h2>
              {titles.map((title) => (
                <p key={title}>
                  <Link to={addressOfResource(title)}>{title}</Link>{' '}
                  <Link to={addressOf('/caches', { resource: title })}>{t.cachesOf(title)}</Link>
                </p>
              ))}
            </>
          )}
          {titled.next.value !== null && (
            <p>
              <Link to={addressOf('/resources', { search: text })}>{t.moreResources}</Link>
            </p>
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
/** A match, and the address of its screen. */
interface Place {
  name: string;
  address: string;
}

/** The match that is meant: the one with exactly this name, or the only one if the list is complete. */
function onlyOne(places: readonly Place[], text: string, isWhole: boolean): string | undefined {
  const exact = places.filter(({ name }) => name === text);
  if (exact.length === 1) return exact[0]?.address;
  return places.length === 1 && isWhole ? places[0]?.address : undefined;
}
