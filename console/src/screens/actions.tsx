import { Target } from '../actions/target.tsx';
import type { Schema } from '../api/paths.ts';
import { useQuery } from '../api/use-query.ts';
import { addressOf, go, query } from '../shell/router.ts';
import { actionsTexts } from '../texts/actions.ts';
import { common } from '../texts/common.ts';
import { number } from '../texts/format.ts';
import { Choice, Field, Filters, MomentField } from '../ui/field.tsx';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Pages } from '../ui/pages.tsx';
import { Screen } from '../ui/screen.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

type Action = Schema<'Action'>;

const PAGE = 100;
/** All actions, in the order of the filter; a missing one is a type error. */
const ACTIONS = Object.keys({
  put_resource: true,
  delete_resource: true,
  put_source: true,
  delete_source: true,
  purge: true,
  soft_purge: true,
  refresh: true,
  forced_refresh: true,
  revoke: true,
  forget: true,
  put_webhook: true,
  delete_webhook: true,
  probe: true,
} satisfies Record<Action['action'], true>) as Action['action'][];

/** Who changed what, when and why. */
export function Actions() {
  const t = actionsTexts();
  const address = query.value;
  const of = (name: string) => address.get(name) ?? '';
  const [user, since] = [of('user'), of('since')];
  const wanted = ACTIONS.find((one) => one === of('action'));
  const list = useQuery('/actions/', {
    query: { user, action: wanted, since, cursor: of('cursor'), limit: PAGE },
  });
  const apply = (values: Record<string, string>) => {
    const from = values.since ? new Date(values.since).toISOString() : '';
    go(addressOf('/actions', { ...values, since: from, sort: of('sort') }));
  };
  return (
    <Screen title={t.title}>
      <p class="faint">{t.how}</p>
      <Filters key={address.toString()} onApply={apply}>
        <Field name="user" label={t.user} value={user} />
        <MomentField name="since" label={t.since} value={since} />
        <Choice
          name="action"
          label={t.action}
          value={wanted ?? ''}
          options={[['', common().all], ...ACTIONS.map((one) => [one, t[one]] as const)]}
        />
        <button type="submit">{common().filter}</button>
        {address.size > 0 && <Link to={addressOf('/actions')}>{common().clear}</Link>}
      </Filters>
      <Loaded query={list}>
        {(actions) => (
          <>
            <Table
              label={t.title}
              columns={columns()}
              rows={actions}
              keyOf={({ request_id: id, at, target }) => JSON.stringify([id, at, target])}
              empty={t.empty}
            />
            {actions.some(({ action }) => action === 'forget') && <p class="faint">{t.hash}</p>}
            <Pages next={list.next.value} count={actions.length} />
          </>
        )}
      </Loaded>
    </Screen>
  );
}

function columns(): Column<Action>[] {
  const t = actionsTexts();
  return [
    { name: 'when', label: t.when, by: ({ at }) => at, show: ({ at }) => <Time at={at} /> },
    {
      name: 'user',
      label: t.user,
      by: ({ user }) => user,
      show: ({ user }) => (
        <Link to={addressOf('/actions', { user })}>
          <bdi>{user}</bdi>
        </Link>
      ),
    },
    {
      name: 'action',
      label: t.action,
      by: ({ action }) => t[action],
      show: ({ action }) => <span class="nowrap">{t[action]}</span>,
    },
    { name: 'target', label: t.target, by: ({ target }) => target, show: (action) => <Target action={action} /> },
    {
      name: 'count',
      label: t.count,
      numeric: true,
      by: ({ count }) => count,
      show: (action) => <Count action={action} />,
    },
    { name: 'reason', label: t.reason, show: ({ reason }) => <bdi class="clipped">{reason}</bdi> },
    { name: 'request', label: t.request, show: ({ request_id: id }) => <code class="id">{id}</code> },
  ];
}

function Count({ action: { action, count } }: { action: Action }) {
  const t = actionsTexts();
  if (count === null) {
    return (
      <span class="tag stale" title={t.cutShortHint}>
        {t.cutShort}
      </span>
    );
  }
  // The count of a definition is what expired with it. Nothing expires with a new one, so nothing was counted.
  if (count === 0 && (action === 'put_resource' || action === 'put_source')) return null;
  return number(count);
}
