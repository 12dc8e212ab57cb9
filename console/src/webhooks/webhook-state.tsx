import { codeOf } from '../api/problem.ts';
import { useQuery } from '../api/use-query.ts';
import { common } from '../texts/common.ts';
import { causeTexts } from '../texts/devices.ts';
import { webhooksTexts } from '../texts/webhooks.ts';
import { Command } from '../ui/copy.tsx';
import { Facts } from '../ui/facts.tsx';
import { Time } from '../ui/time.tsx';
import type { Webhook } from './definition.ts';
import { PUT_SECRET, secretAtFault } from './secret-at-fault.ts';

const TAGS = { ok: 'ok', failing: 'stale', disabled: 'failing' } as const;

/** The state of a webhook, as a word and a colour. */
export function WebhookTag({ webhook: { state } }: { webhook: Webhook }) {
  return <span class={`tag ${TAGS[state.status]}`}>{webhooksTexts()[state.status]}</span>;
}

/** Why deliveries fail, since when, and what to do; nothing while they succeed. */
export function WebhookTrouble({ webhook: { name, secrets, state } }: { webhook: Webhook }) {
  const t = webhooksTexts();
  // Only the list contains this count.
  const all = useQuery('/webhooks/', state.status === 'ok' ? null : {});
  const waiting = all.data.value?.find((one) => one.name === name)?.state.waiting;
  if (state.status === 'ok') return null;
  const isDisabled = state.status === 'disabled';
  const code = codeOf(state.type ?? undefined);
  const secret = secretAtFault(state.reason, secrets);
  return (
    <section class="problem" aria-label={t[state.status]}>
      <p>
        <strong>{t[state.status]}</strong> {isDisabled ? t.disabledText : t.failingText}
      </p>
      <p>
        <strong>{causeTexts().doThis}</strong>{' '}
        {secret !== null
          ? t.secretDo(secret)
          : code === 'origin-auth'
            ? t.authDo
            : isDisabled
              ? t.disabledDo
              : t.failingDo}
      </p>
      {secret !== null && (
        <>
          <Command text={`${PUT_SECRET} ${secret}`} />
          <p>
            {t.secretLocally(secret)} {isDisabled ? t.thenEnable : t.thenTest}
          </p>
        </>
      )}
      <Facts
        of={[
          [t.failingSince, <Time key="since" at={state.failing_since} />],
          isDisabled
            ? [t.disabledSince, <Time key="disabled" at={state.disabled_since} />]
            : [t.nextTry, <Time key="next" at={state.next_try} />],
          [t.waiting, waiting === undefined ? common().unknown : t.waitingFor(waiting)],
          [t.lastAnswer, <Reason key="reason" of={state} />],
        ]}
      />
    </section>
  );
}

function Reason({ of: { reason, type } }: { of: Webhook['state'] }) {
  return (
    <>
      <bdi>{reason}</bdi> {type !== null && <a href={type}>{codeOf(type)}</a>}
    </>
  );
}
