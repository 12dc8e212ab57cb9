import { call } from '../api/call.ts';
import { act } from '../api/results.ts';
import { may } from '../api/session.ts';
import { isSignInNeeded } from '../api/sign-in-again.ts';
import { useDraft } from '../drafts/use-draft.ts';
import { addressOf, go } from '../shell/router.ts';
import { common } from '../texts/common.ts';
import { duration } from '../texts/format.ts';
import { webhooksTexts } from '../texts/webhooks.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Link } from '../ui/link.tsx';
import { useBusy } from '../ui/use-busy.ts';
import { type Base, definitionOf, type Webhook } from './definition.ts';
import { saveWebhook } from './save.ts';
import { PUT_SECRET, secretAtFault } from './secret-at-fault.ts';
import { webhookAddress } from './webhook-form.tsx';

interface WebhookActionsProps {
  webhook: Webhook;
  /** With quotes. */
  etag: string;
}

/** Actions on a webhook. */
export function WebhookActions({ webhook, etag }: WebhookActionsProps) {
  const t = webhooksTexts();
  const isDeleting = useDraft('webhook.delete', false);
  const [isBusy, during] = useBusy();
  if (!may('cache:admin')) return null;
  const { name, url, state } = webhook;
  const remove = async (reason: string) => {
    const isDone = await act(t.deleting(name), async () => {
      const { requestId } = await call('delete', '/webhooks/{name}/', { path: { name } }, { reason });
      return { text: t.deleted, requestId };
    });
    if (isDone) go(addressOf('/webhooks'));
    return isDone;
  };
  return (
    <>
      <button type="button" class="main" aria-disabled={isBusy} onClick={() => during(() => test(webhook))}>
        {t.test}
      </button>
      {state.status === 'disabled' && (
        <button type="button" aria-disabled={isBusy} onClick={() => during(() => enable(webhook, etag))}>
          {t.enable}
        </button>
      )}
      <Link class="button" to={`${webhookAddress(name)}?edit=true`}>
        {t.edit}
      </Link>
      <button
        type="button"
        onClick={() => {
          if (!isSignInNeeded()) isDeleting.value = true;
        }}
      >
        {t.delete}
      </button>
      {isDeleting.value && (
        <Confirm
          title={t.deleteTitle}
          label={t.deletes(name)}
          typed={name}
          onClose={() => {
            isDeleting.value = false;
          }}
          onConfirm={remove}
        >
          <p class="detail">{t.deleteText(url)}</p>
        </Confirm>
      )}
    </>
  );
}

function test({ name, secrets }: Webhook): Promise<boolean> {
  const t = webhooksTexts();
  return act(t.testing(name), async () => {
    const { data, requestId } = await call('post', '/webhooks/{name}/test/', { path: { name } });
    const { delivered, status, reason, webhook_id: id } = data;
    const ms = duration(data.ms);
    const text =
      delivered && status !== null
        ? t.delivered(status, ms, id)
        : t.notDelivered(reason ?? String(status ?? common().unknown), ms, id);
    const secret = delivered ? null : secretAtFault(reason, secrets);
    const remedy = secret === null ? [] : [t.secretDo(secret), `${PUT_SECRET} ${secret}`, t.secretLocally(secret)];
    return { text: [text, ...remedy].join('\n'), requestId, failed: !delivered };
  });
}

/** Saving the unchanged definition enables it. */
function enable(webhook: Webhook, etag: string): Promise<boolean> {
  const t = webhooksTexts();
  const base: Base = { definition: definitionOf(webhook), etag };
  const { name } = webhook;
  return saveWebhook({ title: t.enabling(name), done: t.enabled, name, definition: base.definition, base });
}
