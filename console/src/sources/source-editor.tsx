import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ConflictView, type Theirs } from '../definitions/conflict-view.tsx';
import { DefinitionForm } from '../definitions/definition-form.tsx';
import { type Fault, stillWrong, withUnread } from '../definitions/form/context.ts';
import { type JsonObject, textOf } from '../definitions/json.ts';
import { JsonView } from '../definitions/json-view.tsx';
import type { OpenApi } from '../definitions/use-document.ts';
import {
  FaultCount,
  FIRST_FAULT,
  Nameless,
  showView,
  Unreadable,
  useWantedField,
  Views,
  viewOf,
} from '../definitions/views.tsx';
import { useDraft } from '../drafts/use-draft.ts';
import { addressOf, go } from '../shell/router.ts';
import { editorTexts } from '../texts/editor.ts';
import { definitionOf, hasUnread, isChanged, type SourceDraft } from './draft.ts';
import { SOURCE_FORM } from './sections.ts';
import { addressOfSource } from './source-address.ts';
import { SourceChanges } from './source-changes.tsx';
import { readTheirs } from './write.ts';

const VIEWS = ['form', 'json', 'changes'] as const;

/** A draft of a source in its three views. One that nothing was written in follows what stands. */
export function SourceEditor({ initial, document }: { initial: SourceDraft; document: OpenApi }) {
  const view = viewOf(VIEWS);
  const held = useDraft('source.definition', initial);
  const faults = useSignal<readonly Fault[]>([]);
  const theirs = useSignal<Theirs | null>(null);
  /** The member whose field is to get the focus once the form shows. */
  const wanted = useSignal<string | null>(null);
  useWantedField(wanted, view);
  const draft = held.value;
  const definition = definitionOf(draft);
  // A draft may have been kept over a sign-in: what it was begun with, it says itself.
  const isNew = initial.base === null;

  const isUntouched = !isChanged(draft);
  useEffect(() => {
    if (isUntouched && held.peek().etag !== initial.etag) held.value = initial;
  }, [isUntouched, initial, held]);

  const write = (members: Partial<SourceDraft>) => {
    const before = held.peek();
    held.value = { ...before, ...members };
    faults.value = stillWrong(faults.value, whole(before), whole(held.value));
  };
  const refuse = (found: readonly Fault[]) => {
    faults.value = found;
    wanted.value = FIRST_FAULT;
    showView('form');
  };
  const leave = () => go(isNew ? addressOf('/sources') : addressOfSource(draft.name));
  const rebase = ({ definition: base, etag }: Theirs, text: string) => {
    theirs.value = null;
    faults.value = [];
    held.value = { ...held.peek(), base, etag, text, unread: {} };
  };

  if (theirs.value !== null && definition !== null) {
    const found = theirs.value;
    return (
      <ConflictView
        base={draft.base}
        mine={definition}
        theirs={found}
        onTheirs={() => {
          if (found.definition === null) return go(addressOf('/sources'));
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
  return (
    <>
      <Views views={VIEWS} view={view} />
      <FaultCount count={faults.value.length} />
      {view === 'json' ? (
        <JsonView text={draft.text} onChange={(text) => write({ text, unread: {} })} />
      ) : definition === null ? (
        <Unreadable in="json" />
      ) : view === 'form' ? (
        <DefinitionForm
          {...{ of: SOURCE_FORM, document, faults: faults.value }}
          value={definition}
          onChange={(value) => write({ text: textOf(value) })}
          title={isNew ? draft.name : null}
          onTitle={(name) => write({ name })}
          unread={draft.unread}
          onUnread={(pointer, text) => {
            held.value = { ...held.peek(), unread: withUnread(held.peek().unread, pointer, text) };
          }}
        />
      ) : hasUnread(draft) ? (
        <Unreadable in="form" />
      ) : draft.name === '' ? (
        <Nameless member="name" onName={() => refuse([{ pointer: '/name', detail: editorTexts().needsName }])} />
      ) : (
        <SourceChanges
          {...{ draft, definition }}
          onFaults={refuse}
          onConflict={async () => {
            theirs.value = await readTheirs(draft.name);
          }}
          onSaved={() => go(addressOfSource(draft.name))}
        />
      )}
      <p class="tools">
        <button type="button" onClick={leave}>
          {editorTexts().discard}
        </button>
      </p>
    </>
  );
}

/** A draft with its name, as faults point into it. */
function whole(draft: SourceDraft): JsonObject {
  return { ...definitionOf(draft), name: draft.name };
}
