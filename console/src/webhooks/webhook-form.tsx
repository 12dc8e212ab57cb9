import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { ApiProblem } from '../api/problem.ts';
import { ConflictView } from '../definitions/conflict-view.tsx';
import { useDraft } from '../drafts/use-draft.ts';
import { addressOf, go } from '../shell/router.ts';
import { common } from '../texts/common.ts';
import { webhooksTexts } from '../texts/webhooks.ts';
import { Link } from '../ui/link.tsx';
import { useBusy } from '../ui/use-busy.ts';
import { type Base, type Draft, definitionIn, draftOf, EVENT_TYPES, rebased } from './definition.ts';
import { saveWebhook } from './save.ts';

/** Address of a webhook's screen. */
export function webhookAddress(name: string): string {
  return addressOf(`/webhooks/${encodeURIComponent(name)}`);
}

/** Creates or changes a webhook. Faults that the service finds are shown at their fields. */
export function WebhookForm({ initial }: { initial: Draft }) {
  const t = webhooksTexts();
  const draft = useDraft('webhook', initial);
  const problem = useSignal<ApiProblem | null>(null);
  const theirs = useSignal<Base | null>(null);
  const [isBusy, during] = useBusy();
  const { base } = draft.value;
  const save = async () => {
    // Use the latest values, which may not be rendered yet.
    const { name, base } = draft.peek();
    problem.value = null;
    theirs.value = null;
    const isSaved = await saveWebhook({
      title: t.saving(name),
      done: base === null ? t.created : t.saved,
      definition: definitionIn(draft.peek()),
      onConflict: (found) => {
        theirs.value = found;
      },
      onProblem: (found) => {
        problem.value = found;
      },
      ...{ name, base },
    });
    if (isSaved) go(webhookAddress(name));
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    during(save);
  };
  const fields = { draft, problem };
  return (
    <>
      {theirs.value && base === null && <Exists />}
      {theirs.value && base !== null && (
        <ConflictView
          base={{ ...base.definition }}
          mine={{ ...definitionIn(draft.value) }}
          theirs={{ definition: { ...theirs.value.definition }, etag: theirs.value.etag }}
          onTheirs={() => {
            if (theirs.value) draft.value = draftOf(draft.value.name, theirs.value);
            theirs.value = null;
          }}
          onMerged={(merged) => {
            if (theirs.value) draft.value = rebased(draft.value.name, theirs.value, merged);
            theirs.value = null;
          }}
        />
      )}
      <form class="form" onSubmit={onSubmit}>
        {base === null && <Text {...fields} member="name" pointer="/name" label={t.name} />}
        <Text {...fields} member="url" pointer="/url" label={t.url} hint={t.urlHint} />
        <Events {...fields} />
        <Lines {...fields} member="resources" pointer="/resources" label={t.resources} hint={t.resourcesHint} />
        <Lines {...fields} member="secrets" pointer="/secrets" label={t.secrets} hint={t.secretsHint} />
        <Text {...fields} member="interval" pointer="/min_interval_s" label={t.interval} />
        <p class="tools">
          <button type="submit" class="main" aria-disabled={isBusy}>
            {t.save}
          </button>
          <Link to={base === null ? addressOf('/webhooks') : webhookAddress(draft.value.name)}>{common().cancel}</Link>
        </p>
      </form>
    </>
  );
}

/** The name chosen for a new webhook is taken. */
function Exists() {
  const t = webhooksTexts();
  return (
    <section class="problem" aria-label={t.exists} role="alert">
      <p>
        <strong>{t.exists}</strong>
      </p>
      <p>{t.existsText}</p>
    </section>
  );
}

interface PartProps {
  draft: Signal<Draft>;
  problem: Signal<ApiProblem | null>;
}

interface MemberProps extends PartProps {
  member: 'name' | 'url' | 'secrets' | 'resources' | 'interval';
  /** The pointer in the service's faults. */
  pointer: string;
  label: string;
  hint?: string;
}

function Text({ draft, problem, member, pointer, label, hint }: MemberProps) {
  const id = useId();
  return (
    <div>
      <label>
        {label}
        <input
          value={draft.value[member]}
          placeholder={hint}
          required
          autoComplete="off"
          spellcheck={false}
          aria-describedby={id}
          onInput={(event) => {
            draft.value = { ...draft.value, [member]: event.currentTarget.value };
          }}
        />
      </label>
      <Faults {...{ id, problem, pointer }} />
    </div>
  );
}

function Lines({ draft, problem, member, pointer, label, hint }: MemberProps) {
  const id = useId();
  return (
    <div>
      <label>
        {label}
        <textarea
          class="code"
          rows={3}
          value={draft.value[member]}
          autoComplete="off"
          spellcheck={false}
          aria-describedby={id}
          onInput={(event) => {
            draft.value = { ...draft.value, [member]: event.currentTarget.value };
          }}
        />
      </label>
      <Faults {...{ id, problem, pointer }}>{hint}</Faults>
    </div>
  );
}

function Events({ draft, problem }: PartProps) {
  const t = webhooksTexts();
  const id = useId();
  const words = {
    'cache.changed': t.events_changed,
    'cache.failing': t.events_failing,
    'cache.recovered': t.events_recovered,
    'cache.guarded': t.events_guarded,
  };
  return (
    <fieldset aria-describedby={id}>
      <legend>{t.events}</legend>
      {EVENT_TYPES.map((type) => (
        <label key={type} class="option">
          <input
            type="checkbox"
            checked={draft.value.events.includes(type)}
            onChange={(event) => {
              const others = draft.value.events.filter((one) => one !== type);
              draft.value = { ...draft.value, events: event.currentTarget.checked ? [...others, type] : others };
            }}
          />
          {words[type]}
        </label>
      ))}
      <Faults {...{ id, problem, pointer: '/events' }} />
    </fieldset>
  );
}

interface FaultsProps {
  id: string;
  problem: Signal<ApiProblem | null>;
  pointer: string;
  children?: ComponentChildren;
}

/** The faults of a member, or a hint about its format. */
function Faults({ id, problem, pointer, children }: FaultsProps) {
  const faults = problem.value?.body?.errors?.filter(
    (fault) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`),
  );
  return (
    <div id={id} class="hint">
      {children && <p>{children}</p>}
      {faults?.map(({ pointer: place, detail }) => (
        <p key={place + detail} class="fault">
          {detail}
        </p>
      ))}
    </div>
  );
}
