import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { call } from '../api/call.ts';
import type { Schema as Named } from '../api/paths.ts';
import { ApiProblem } from '../api/problem.ts';
import { session } from '../api/session.ts';
import { isSignInNeeded } from '../api/sign-in-again.ts';
import { type Draft, isChanged } from '../definitions/drafts.ts';
import type { Fault } from '../definitions/form/context.ts';
import { Form } from '../definitions/form/form.tsx';
import { Members } from '../definitions/form/object-field.tsx';
import { isObject, type Json, type JsonObject } from '../definitions/json.ts';
import type { ProbeProps } from '../definitions/kind.ts';
import type { Schema } from '../definitions/schema.ts';
import { common } from '../texts/common.ts';
import { editorTexts } from '../texts/editor.ts';
import { ProblemView } from '../ui/problem.tsx';
import { ProbeResult } from './probe-result.tsx';

const DEFINITION = '/definition';
const PARAMETERS = '/parameters';

/** Asks the origin once with the draft, and shows the answer. */
export function ProbeView({ draft, definition, onChange, onFaults, onPlace }: ProbeProps) {
  const t = editorTexts();
  const running = useRef<AbortController | null>(null);
  const state = useSignal<'idle' | 'running' | 'stopped'>('idle');
  const result = useSignal<Named<'ProbeResult'> | null>(null);
  const problem = useSignal<ApiProblem | null>(null);
  const faults = useSignal<readonly Fault[]>([]);
  useEffect(() => () => running.current?.abort(), []);

  const { parameters, user } = draft.probe;
  const isPrivate = definition.scope === 'user';
  const schema = isObject(definition.parameters) ? (definition.parameters as Schema) : {};

  const refuse = (refusal: ApiProblem) => {
    problem.value = refusal;
    const { errors = [] } = refusal.body ?? {};
    const within = (place: string) =>
      errors
        .filter(({ pointer }) => pointer === place || pointer.startsWith(`${place}/`))
        .map(({ pointer, detail }) => ({ pointer: pointer.slice(place.length), detail }));
    faults.value = within(PARAMETERS);
    if (within(DEFINITION).length > 0) onFaults(within(DEFINITION));
  };
  const probe = async () => {
    if (state.peek() === 'running' || isSignInNeeded()) return;
    const controller = new AbortController();
    running.current = controller;
    state.value = 'running';
    problem.value = null;
    faults.value = [];
    // An unchanged definition is probed as saved, even if PUT would refuse it today.
    const drafted = draft.base === null || isChanged(draft) ? { definition } : {};
    const body = { ...drafted, parameters, ...(isPrivate && user !== '' && { user }) } as never;
    try {
      const { data } = await call(
        'post',
        '/resources/{title}/probe/',
        { path: { title: draft.name }, body },
        { signal: controller.signal },
      );
      result.value = data;
      state.value = 'idle';
    } catch (error) {
      state.value = controller.signal.aborted ? 'stopped' : 'idle';
      if (controller.signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      refuse(error);
    }
  };
  const changeProbe = (members: Partial<Draft['probe']>) => onChange({ probe: { ...draft.probe, ...members } });
  const form = { root: schema, name: 'probe', faults: faults.value, unread: {}, onUnread: () => undefined };
  return (
    <div class="probe">
      <form
        class="review"
        onSubmit={(event) => {
          event.preventDefault();
          void probe();
        }}
      >
        <p class="faint">{t.probeText}</p>
        {Object.keys(schema.properties ?? {}).length > 0 && (
          <Form {...form}>
            <Members
              schema={schema}
              pointer=""
              value={parameters}
              onChange={(next: Json) => changeProbe({ parameters: next as JsonObject })}
            />
          </Form>
        )}
        {isPrivate && (
          <label>
            {t.probeUser}
            <input
              value={user}
              placeholder={session.value?.user}
              autoComplete="off"
              spellcheck={false}
              onInput={(event) => changeProbe({ user: event.currentTarget.value })}
            />
          </label>
        )}
        <p class="tools">
          <button type="submit" class="main" aria-disabled={state.value === 'running'}>
            {t.probe}
          </button>
          {state.value === 'running' && (
            <button type="button" onClick={() => running.current?.abort()}>
              {common().stop}
            </button>
          )}
        </p>
      </form>
      <div aria-live="polite" aria-busy={state.value === 'running' || undefined}>
        {state.value === 'running' && <p class="faint">{t.probing}</p>}
        {state.value === 'stopped' && <p class="empty">{t.probeStopped}</p>}
        {problem.value && <ProblemView problem={problem.value} />}
        {state.value === 'idle' && !problem.value && result.value && (
          <ProbeResult result={result.value} definition={definition} onPlace={onPlace} />
        )}
      </div>
    </div>
  );
}
