import { useSignal } from '@preact/signals';
import { addressOf, go } from '../shell/router.ts';
import { editorTexts } from '../texts/editor.ts';
import { ConflictView, type Theirs } from './conflict-view.tsx';
import { DefinitionForm } from './definition-form.tsx';
import { change, type Draft, definitionOf, discard, drafts, hasUnread, isChanged, keyOf, NEW } from './drafts.ts';
import { type Fault, stillWrong, withUnread } from './form/context.ts';
import { type JsonObject, textOf } from './json.ts';
import { JsonView } from './json-view.tsx';
import type { Kind } from './kind.ts';
import type { OpenApi } from './use-document.ts';
import { FaultCount, FIRST_FAULT, Nameless, showView, Unreadable, useWantedField, Views, viewOf } from './views.tsx';
import { readTheirs } from './write.ts';

const VIEWS = ['form', 'json', 'probe', 'changes'] as const;

interface EditorProps {
  kind: Kind;
  draftKey: string;
  draft: Draft;
  document: OpenApi;
}

/** The views of a draft; the address names the current one. */
export function Editor({ kind, draftKey, draft, document }: EditorProps) {
  const { folder, form, Changes, Probe } = kind;
  const views = VIEWS.filter((one) => one !== 'probe' || Probe !== undefined);
  const view = viewOf(views);
  const faults = useSignal<readonly Fault[]>([]);
  const theirs = useSignal<Theirs | null>(null);
  /** The member whose field gets the focus once the form shows; `FIRST_FAULT`: the first with a fault. */
  const wanted = useSignal<string | null>(null);
  const isNew = draftKey === keyOf(folder, NEW);
  const { name } = draft;
  const definition = definitionOf(draft);

  useWantedField(wanted, view);
  const toForm = (member: string) => {
    wanted.value = member;
    showView('form');
  };
  const mark = (member: string, found: readonly Fault[] = []) => {
    faults.value = found;
    toForm(member);
  };
  const refuse = (found: readonly Fault[]) => {
    faults.value = found;
    toForm(FIRST_FAULT);
  };
  const nameless = () => refuse([{ pointer: `/${form.name}`, detail: editorTexts()[NEEDS[form.name]] }]);
  const write = (members: Partial<Draft>) => {
    const whole = (one: Draft): JsonObject => ({ ...definitionOf(one), [form.name]: one.name });
    change(draftKey, members);
    faults.value = stillWrong(faults.value, whole(draft), whole({ ...draft, ...members }));
  };
  const end = (address: string) => {
    discard(draftKey);
    go(address);
  };
  const leave = () => end(isNew ? addressOf(`/${folder}`) : kind.address(name));
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
          if (found.definition === null) return end(addressOf(`/${folder}`));
          rebase(found, textOf(found.definition));
          showView('form');
        }}
        onMerged={(merged) => {
          rebase(found, textOf(merged));
          showView('changes');
        }}
      />
    );
  }
  const shown = definition !== null && { kind, draft, definition, onFaults: refuse };
  return (
    <>
      <Views views={views} view={view} />
      <FaultCount count={faults.value.length} />
      {view === 'json' ? (
        <JsonView text={draft.text} onChange={(text) => write({ text, unread: {} })} />
      ) : !shown ? (
        <Unreadable in="json" />
      ) : view === 'form' ? (
        <DefinitionForm
          {...{ of: form, document, faults: faults.value }}
          value={shown.definition}
          onChange={(value) => write({ text: textOf(value) })}
          title={isNew ? name : null}
          onTitle={(typed) => write({ name: typed })}
          unread={draft.unread}
          onUnread={(pointer, text) =>
            change(draftKey, { unread: withUnread(drafts.peek().get(draftKey)?.unread, pointer, text) })
          }
        />
      ) : hasUnread(draft) ? (
        <Unreadable in="form" />
      ) : name === '' ? (
        <Nameless member={form.name} onName={nameless} />
      ) : view === 'probe' ? (
        Probe && <Probe {...shown} onChange={(members) => change(draftKey, members)} onPlace={mark} />
      ) : (
        <Changes
          {...shown}
          onConflict={async () => {
            theirs.value = await readTheirs(kind, name);
          }}
          onSaved={() => end(kind.address(name))}
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

const NEEDS = { name: 'needsName', title: 'needsTitle' } as const;
