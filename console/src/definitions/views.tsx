/** The views of a draft: which one shows, stands in the address. */

import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { addressOf, path, query, setQuery } from '../shell/router.ts';
import { editorTexts } from '../texts/editor.ts';
import { Link } from '../ui/link.tsx';
import { DEFINITION_FORM } from './definition-form.tsx';
import { focusField } from './form/context.ts';

export type View = 'form' | 'json' | 'probe' | 'changes';

/** Stands for the first member that is wrong, where a pointer names a member. */
export const FIRST_FAULT = 'first fault';

/** The view that the address names. @param views those that there are */
export function viewOf(views: readonly View[]): View {
  return views.find((one) => one === query.value.get('view')) ?? 'form';
}

export function showView(view: View): void {
  setQuery({ view: view === 'form' ? '' : view });
}

/** Moves the focus to the field that is wanted, by its pointer or `FIRST_FAULT`, once the form shows. */
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

/** Leads from view to view of the same draft. */
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

/** Said where the draft cannot be used, because it, or a field of it, is no JSON. */
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

/** Said where the draft must be called something first. */
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

/** Says over each view how many faults the service found. */
export function FaultCount({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <p class="notice" role="alert">
      {editorTexts().hasFaults(count)}
    </p>
  );
}
