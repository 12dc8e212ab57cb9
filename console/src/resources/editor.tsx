import { useSignal } from '@preact/signals';
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
import { addressOf, go } from '../shell/router.ts';
import { editorTexts } from '../texts/editor.ts';
import { ChangesView } from './changes-view.tsx';
import { change, type Draft, definitionOf, discard, drafts, hasUnread, isChanged, NEW } from './drafts.ts';
import { ProbeView } from './probe-view.tsx';
import { addressOfResource } from './resource-address.ts';
import { RESOURCE_FORM } from './sections.ts';
import { readTheirs } from './write.ts';

const VIEWS = ['form', 'json', 'probe', 'changes'] as const;

interface EditorProps {
  /** Title, or NEW. */
  draftKey: string;
  draft: Draft;
  document: OpenApi;
}

/** A draft in its four views; which one, stands in the address. */
export function Editor({ draftKey, draft, document }: EditorProps) {
  const view = viewOf(VIEWS);
  const faults = useSignal<readonly Fault[]>([]);
  const theirs = useSignal<Theirs | null>(null);
  /** The member whose field is to get the focus once the form shows; `FIRST_FAULT`: the first that is wrong. */
  const wanted = useSignal<string | null>(null);
  const isNew = draftKey === NEW;
  const title = isNew ? draft.title : draftKey;
  const definition = definitionOf(draft);

  useWantedField(wanted, view);
  const toForm = (member: string) => {
    wanted.value = member;
    showView('form');
  };
  const refuse = (found: readonly Fault[]) => {
    faults.value = found;
    toForm(FIRST_FAULT);
  };
  const write = (members: Partial<Draft>) => {
    const next = { ...draft, ...members };
    change(draftKey, members);
    faults.value = stillWrong(faults.value, whole(draft), whole(next));
  };
  const leave = () => {
    discard(draftKey);
    go(isNew ? addressOf('/resources') : addressOfResource(title));
  };
  const saved = () => {
    discard(draftKey);
    go(addressOfResource(title));
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
          {...{ of: RESOURCE_FORM, document, faults: faults.value }}
          value={definition}
          onChange={(value) => write({ text: textOf(value) })}
          title={isNew ? draft.title : null}
          onTitle={(typed) => write({ title: typed })}
          unread={draft.unread}
          onUnread={(pointer, text) =>
            change(draftKey, { unread: withUnread(drafts.peek().get(draftKey)?.unread, pointer, text) })
          }
        />
      ) : hasUnread(draft) ? (
        <Unreadable in="form" />
      ) : title === '' ? (
        <Nameless member="title" onName={() => refuse([{ pointer: '/title', detail: editorTexts().needsTitle }])} />
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

/** A draft with its title, as faults point into it. */
function whole(draft: Draft): JsonObject {
  return { ...definitionOf(draft), title: draft.title };
}
