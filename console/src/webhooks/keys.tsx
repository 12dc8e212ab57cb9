import { may } from '../api/session.ts';
import { isSignInNeeded } from '../api/sign-in-again.ts';
import { useDraft } from '../drafts/use-draft.ts';
import { keysTexts } from '../texts/webhooks.ts';
import { Confirm } from '../ui/confirm.tsx';
import { definitionOf, nameOfSecret, type Webhook } from './definition.ts';
import { RotateDialog } from './rotate-dialog.tsx';
import { saveWebhook } from './save.ts';

interface KeysProps {
  webhook: Webhook;
  /** With quotes. */
  etag: string;
}

/** The secrets that sign, and the change of a key: for a while both keys sign. */
export function Keys({ webhook, etag }: KeysProps) {
  const t = keysTexts();
  const { name, secrets } = webhook;
  const open = useDraft<string | null>('webhook.keys', null);
  const close = () => {
    open.value = null;
  };
  const definition = definitionOf(webhook);
  const put = (next: readonly string[], done: string, reason = '') =>
    saveWebhook({
      title: t.rotating(name),
      ...{ done, name, reason, definition: { ...definition, secrets: [...next] }, base: { definition, etag } },
    });
  const isAdmin = may('cache:admin');
  return (
    <section class="stack">
      <h2>{t.title}</h2>
      <p>{secrets.length > 1 ? t.several : t.one}</p>
      <ul class="lines">
        {secrets.map((secret) => (
          <li key={secret} class="tools">
            <code>{nameOfSecret(secret)}</code>
            {isAdmin && secrets.length > 1 && (
              <button
                type="button"
                class="small"
                onClick={() => {
                  if (!isSignInNeeded()) open.value = secret;
                }}
              >
                {t.takeOut(nameOfSecret(secret))}
              </button>
            )}
          </li>
        ))}
      </ul>
      {secrets.length > 1 && <p class="faint">{t.both}</p>}
      {isAdmin && secrets.length === 1 && (
        <p>
          <button
            type="button"
            onClick={() => {
              if (!isSignInNeeded()) open.value = '';
            }}
          >
            {t.rotate}
          </button>
        </p>
      )}
      {open.value === '' && <RotateDialog onClose={close} onConfirm={(secret) => put([...secrets, secret], t.both)} />}
      {open.value && (
        <Confirm
          title={t.takeOutTitle}
          label={t.takeOut(nameOfSecret(open.value))}
          onClose={close}
          onConfirm={(reason) =>
            put(
              secrets.filter((one) => one !== open.peek()),
              t.tookOut,
              reason,
            )
          }
        >
          <p>{t.takeOutText(nameOfSecret(open.value))}</p>
        </Confirm>
      )}
    </section>
  );
}
