import { may } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import { addressOf } from '../shell/router.ts';
import { webhooksTexts } from '../texts/webhooks.ts';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Screen } from '../ui/screen.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import type { Webhook } from '../webhooks/definition.ts';
import { webhookAddress } from '../webhooks/webhook-form.tsx';
import { WebhookTag } from '../webhooks/webhook-state.tsx';

/** The list of webhooks, and the state of their deliveries. */
export function Webhooks() {
  const t = webhooksTexts();
  const list = useQuery('/webhooks/', {});
  const tools = may('cache:admin') && (
    <Link class="button" to={addressOf('/webhooks/+new')}>
      {t.add}
    </Link>
  );
  return (
    <Screen title={t.title} tools={tools}>
      <p class="faint">{t.how}</p>
      <Loaded query={list}>
        {(all) => <Table label={t.title} columns={columns()} rows={all} keyOf={({ name }) => name} empty={t.empty} />}
      </Loaded>
    </Screen>
  );
}

function columns(): Column<Webhook>[] {
  const t = webhooksTexts();
  return [
    {
      name: 'name',
      label: t.name,
      by: ({ name }) => name,
      show: ({ name }) => <Link to={webhookAddress(name)}>{name}</Link>,
    },
    { name: 'state', label: t.state, by: ({ state }) => state.status, show: (one) => <WebhookTag webhook={one} /> },
    {
      name: 'since',
      label: t.failingSince,
      by: ({ state }) => state.failing_since,
      show: ({ state }) => <Time at={state.failing_since} far />,
    },
    { name: 'next', label: t.nextTry, show: ({ state }) => <Time at={state.next_try} far /> },
    {
      name: 'waiting',
      label: t.waiting,
      numeric: true,
      by: ({ state }) => state.waiting ?? 0,
      show: ({ state: { waiting = 0 } }) => t.waitingFor(waiting),
    },
    { name: 'url', label: t.url, by: ({ url }) => url, show: ({ url }) => <bdi class="clipped">{url}</bdi> },
    { name: 'events', label: t.events, show: ({ events }) => <span class="clipped">{events.join(', ')}</span> },
    {
      name: 'resources',
      label: t.resources,
      show: ({ resources }) => <span class="clipped">{resources?.join(', ') ?? t.allResources}</span>,
    },
  ];
}
