import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { addressOf, go, path, query, setQuery } from '../shell/router.ts';
import { editorTexts } from '../texts/editor.ts';
import { Link } from '../ui/link.tsx';
import { ChangesView } from './changes-view.tsx';
import { ConflictView, type Theirs } from './conflict-view.tsx';
import { DEFINITION_FORM, DefinitionForm } from './definition-form.tsx';
import { change, type Draft, definitionOf, discard, drafts, hasUnread, isChanged, NEW } from './drafts.ts';
import { type Fault, focusField } from './form/context.ts';
import { at, isSame, textOf } from './json.ts';
import { JsonView } from './json-view.tsx';
import { ProbeView } from './probe-view.tsx';
import type { OpenApi } from './use-document.ts';
import { readTheirs } from './write.ts';

const VIEWS = ['form', 'json', 'probe', 'changes'] as const;
type View = (typeof VIEWS)[number];

interface EditorProps {
  /** Title, or NEW. */
  draftKey: string;
  draft: Draft;
  document: OpenApi;
}

/** A draft in its four views; which one, stands in the address. */
export function Editor({ draftKey, draft, document }: EditorProps) {
  const view = VIEWS.find((one) => one === query.value.get('view')) ?? 'form';
  const faults = useSignal<readonly Fault[]>([]);
  const theirs = useSignal<Theirs | null>(null);
  /** The member whose field is to get the focus once the form shows; `FIRST_FAULT`: the first that is wrong. */
  const wanted = useSignal<string | null>(null);
  const isNew = draftKey === NEW;
  const title = isNew ? draft.title : draftKey;
  const definition = definitionOf(draft);

  const place = wanted.value;
  useEffect(() => {
    if (view !== 'form' || place === null) return;
    if (place === FIRST_FAULT) focusFirstFault();
    else focusField(DEFINITION_FORM, place);
    wanted.value = null;
  }, [view, place, wanted]);

  const toForm = (member: string) => {
    wanted.value = member;
    show('form');
  };
  const refuse = (found: readonly Fault[]) => {
    faults.value = found;
    toForm(FIRST_FAULT);
  };
  const write = (members: Partial<Draft>) => {
    change(draftKey, members);
    faults.value = stillWrong(faults.value, draft, { ...draft, ...members });
  };
  const leave = () => {
    discard(draftKey);
    go(addressOf(isNew ? '/resources' : `/resources/${encodeURIComponent(title)}`));
  };
  const saved = () => {
    discard(draftKey);
    go(addressOf(`/resources/${encodeURIComponent(title)}`));
  };
  const rebase = ({ definition: base, etag }: Theirs, text: string) => {
    theirs.value = null;
    faults.value = [];
    change(draftKey, { base, etag, text, unread: {} });
  };

  if (theirs.value !== null && definition !== null) {
    const found = theirs.value;
    return (
      <ConflictView
        base={draft.base}
        mine={definition}
        theirs={found}
        onTheirs={() => {
          if (found.definition === null) return leave();
          rebase(found, textOf(found.definition));
          show('form');
        }}
        onMerged={(merged) => {
          rebase(found, textOf(merged));
          show('changes');
        }}
      />
    );
  }
  return (
    <>
      <Views view={view} />
      {faults.value.length > 0 && (
        <p class="notice" role="alert">
          {editorTexts().hasFaults(faults.value.length)}
        </p>
      )}
      {view === 'json' ? (
        <JsonView text={draft.text} onChange={(text) => write({ text, unread: {} })} />
      ) : definition === null ? (
        <Unreadable in="json" />
      ) : view === 'form' ? (
        <DefinitionForm
          {...{ document, faults: faults.value }}
          value={definition}
          onChange={(value) => write({ text: textOf(value) })}
          title={isNew ? draft.title : null}
          onTitle={(typed) => write({ title: typed })}
          unread={draft.unread}
          onUnread={(pointer, text) => change(draftKey, { unread: withUnread(draftKey, pointer, text) })}
        />
      ) : hasUnread(draft) ? (
        <Unreadable in="form" />
      ) : title === '' ? (
        <Untitled onName={() => refuse([{ pointer: '/title', detail: editorTexts().needsTitle }])} />
      ) : view === 'probe' ? (
        <ProbeView {...{ draftKey, title, draft, definition }} onFaults={refuse} onPlace={toForm} />
      ) : (
        <ChangesView
          {...{ title, draft, definition }}
          onFaults={refuse}
          onConflict={async () => {
            theirs.value = await readTheirs(title);
          }}
          onSaved={saved}
        />
      )}
      {isChanged(draft) && (
        <p class="tools">
          <button type="button" onClick={leave}>
            {editorTexts().discard}
          </button>
        </p>
      )}
    </>
  );
}

const FIRST_FAULT = 'first fault';

function focusFirstFault(): void {
  const first = document.querySelector<HTMLElement>('.definition [aria-invalid]');
  first?.focus();
  first?.scrollIntoView({ block: 'center' });
}

function show(view: View): void {
  setQuery({ view: view === 'form' ? '' : view });
}

/** Faults of members that are as they were. */
function stillWrong(faults: readonly Fault[], before: Draft, after: Draft): readonly Fault[] {
  if (faults.length === 0) return faults;
  const [old, current] = [before, after].map((draft) => ({ ...definitionOf(draft), title: draft.title }));
  return faults.filter(({ pointer }) => isSame(at(old, pointer), at(current, pointer)));
}

function withUnread(key: string, pointer: string, text: string | undefined): Record<string, string> {
  const { [pointer]: _old, ...others } = drafts.peek().get(key)?.unread ?? {};
  return text === undefined ? others : { ...others, [pointer]: text };
}

/** Leads from view to view of the same draft. */
function Views({ view }: { view: View }) {
  const t = editorTexts();
  const labels = { form: t.form, json: t.json, probe: t.probe, changes: t.review };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields; these are links
    <div class="views" role="group" aria-label={t.views}>
      {VIEWS.map((one) => (
        <Link key={one} to={addressOf(path.value, { view: one === 'form' ? '' : one })} current={one === view}>
          {labels[one]}
        </Link>
      ))}
    </div>
  );
}

/** Said where the draft cannot be used, because it, or a field of it, is no JSON. */
function Unreadable({ in: view }: { in: 'json' | 'form' }) {
  const t = editorTexts();
  return (
    <p class="notice" role="alert">
      {view === 'json' ? t.unreadable : t.unreadField}{' '}
      <Link to={addressOf(path.value, { view: view === 'form' ? '' : view })}>
        {view === 'json' ? t.toJson : t.toForm}
      </Link>
    </p>
  );
}

function Untitled({ onName }: { onName: () => void }) {
  const t = editorTexts();
  return (
    <p class="notice" role="alert">
      {t.needsTitle}{' '}
      <button type="button" class="small" onClick={onName}>
        {t.toField('title')}
      </button>
    </p>
  );
}
