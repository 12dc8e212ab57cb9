/** The views of a draft; the address names the one that is shown. */

import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { addressOf, path, query, setQuery } from '../shell/router.ts';
import { editorTexts } from '../texts/editor.ts';
import { Link } from '../ui/link.tsx';
import { DEFINITION_FORM } from './definition-form.tsx';
import { focusField } from './form/context.ts';

export type View = 'form' | 'json' | 'probe' | 'changes';

/** Used in place of a pointer: the first member with a fault. */
export const FIRST_FAULT = 'first fault';

/** The view that the address names. @param views that exist */
export function viewOf(views: readonly View[]): View {
  return views.find((one) => one === query.value.get('view')) ?? 'form';
}

export function showView(view: View): void {
  setQuery({ view: view === 'form' ? '' : view });
}

/** Once the form is shown, moves the focus to the wanted field: a pointer, or `FIRST_FAULT`. */
export function useWantedField(wanted: Signal<string | null>, view: View): void {
  const place = wanted.value;
  useEffect(() => {
    if (view !== 'form' || place === null) return;
    if (place === FIRST_FAULT) focusFirstFault();
    else focusField(DEFINITION_FORM, place);
    wanted.value = null;
  }, [view, place, wanted]);
}

function focusFirstFault(): void {
  const first = document.querySelector<HTMLElement>('.definition [aria-invalid]');
  first?.focus();
  first?.scrollIntoView({ block: 'center' });
}

/** Links between the views of a draft. */
export function Views({ views, view }: { views: readonly View[]; view: View }) {
  const t = editorTexts();
  const labels = { form: t.form, json: t.json, probe: t.probe, changes: t.review };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields; these are links
    <div class="views" role="group" aria-label={t.views}>
      {views.map((one) => (
        <Link key={one} to={addressOf(path.value, { view: one === 'form' ? '' : one })} current={one === view}>
          {labels[one]}
        </Link>
      ))}
    </div>
  );
}

/** Shown if the draft cannot be used, because it or one of its fields is not valid JSON. */
export function Unreadable({ in: view }: { in: 'json' | 'form' }) {
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

/** Shown if the draft needs a name or title first. */
export function Nameless({ member, onName }: { member: 'name' | 'title'; onName: () => void }) {
  const t = editorTexts();
  return (
    <p class="notice" role="alert">
      {member === 'name' ? t.needsName : t.needsTitle}{' '}
      <button type="button" class="small" onClick={onName}>
        {t.toField(member)}
      </button>
    </p>
  );
}

/** Shown above each view: the number of faults that the service found. */
export function FaultCount({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <p class="notice" role="alert">
      {editorTexts().hasFaults(count)}
    </p>
  );
}
