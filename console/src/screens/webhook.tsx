import type { Query } from '../api/query.ts';
import { may } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import { query, type ScreenValues } from '../shell/router.ts';
import { common } from '../texts/common.ts';
import { number } from '../texts/format.ts';
import { webhooksTexts } from '../texts/webhooks.ts';
import { Facts } from '../ui/facts.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Screen } from '../ui/screen.tsx';
import { definitionOf, draftOf, EMPTY, type Webhook as WebhookRecord } from '../webhooks/definition.ts';
import { Keys } from '../webhooks/keys.tsx';
import { WebhookActions } from '../webhooks/webhook-actions.tsx';
import { WebhookForm } from '../webhooks/webhook-form.tsx';
import { WebhookTag, WebhookTrouble } from '../webhooks/webhook-state.tsx';

/** Creates a webhook. */
export function NewWebhook() {
  return (
    <Screen title={webhooksTexts().newTitle}>
      {may('cache:admin') ? <WebhookForm initial={EMPTY} /> : <p class="empty">{common().lacksScope('cache:admin')}</p>}
    </Screen>
  );
}

/** One webhook: its deliveries, its definition, and the keys that sign. */
export function Webhook({ name = '' }: ScreenValues) {
  const webhook = useQuery('/webhooks/{name}/', { path: { name } });
  const isEdited = query.value.get('edit') === 'true' && may('cache:admin');
  const current = webhook.data.value;
  return (
    <Screen
      place={isEdited ? '?edit' : ''}
      title={name}
      tools={current && !isEdited && <WebhookActions webhook={current} etag={webhook.etag ?? ''} />}
    >
      <Loaded query={webhook}>
        {(loaded) => (isEdited ? <Edited name={name} query={webhook} /> : <Shown webhook={loaded} of={webhook} />)}
      </Loaded>
    </Screen>
  );
}

/** The form keeps its initial values: later reads do not change it. */
function Edited({ name, query: { data, etag } }: { name: string; query: Query<WebhookRecord> }) {
  const webhook = data.peek();
  if (webhook === undefined) return null;
  return <WebhookForm initial={draftOf(name, { definition: definitionOf(webhook), etag: etag ?? '' })} />;
}

function Shown({ webhook, of }: { webhook: WebhookRecord; of: Query<WebhookRecord> }) {
  const t = webhooksTexts();
  return (
    <>
      <WebhookTrouble webhook={webhook} />
      <Facts
        of={[
          [t.state, <WebhookTag key="state" webhook={webhook} />],
          [t.url, <bdi key="url">{webhook.url}</bdi>],
          [t.events, webhook.events.join(', ')],
          [t.resources, webhook.resources?.join(', ') ?? t.allResources],
          [t.interval, number(webhook.min_interval_s)],
        ]}
      />
      <Keys webhook={webhook} etag={of.etag ?? ''} />
    </>
  );
}
