import type { ComponentChildren } from 'preact';
import { useDraft } from '../drafts/use-draft.ts';

interface FieldProps {
  label: string;
  /** Its name in the form and of its draft; unique on its screen. */
  name: string;
  /** Its value until the user types. */
  value: string;
  /** The text is code, such as JSON. */
  code?: boolean;
  placeholder?: string;
  /** Needs more room than a name. */
  wide?: boolean;
}

/** A text field; the form reads it on submit. */
export function Field({ label, name, value, code = false, placeholder, wide = false }: FieldProps) {
  const text = useDraft(`field.${name}`, value);
  return (
    <label class={wide ? 'wide' : undefined}>
      {label}
      <input
        {...{ name, placeholder }}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
        class={code ? 'code' : undefined}
        autoComplete="off"
        spellcheck={false}
      />
    </label>
  );
}

interface MomentFieldProps {
  label: string;
  name: string;
  /** RFC 3339; empty: none. */
  value: string;
}

/** A moment, in local time. */
export function MomentField({ label, name, value }: MomentFieldProps) {
  return (
    <label>
      {label}
      <input type="datetime-local" name={name} defaultValue={value === '' ? '' : localMinute(value)} />
    </label>
  );
}

/** In the format of `datetime-local`: `2026-11-29T14:05`. */
function localMinute(at: string): string {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return '';
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

interface ChoiceProps {
  label: string;
  name: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChoose?: (value: string) => void;
}

/** A choice of one value. */
export function Choice({ label, name, value, options, onChoose }: ChoiceProps) {
  return (
    <label>
      {label}
      <select name={name} value={value} onChange={(event) => onChoose?.(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface FiltersProps {
  /** Gets the form's values by name, as trimmed texts. */
  onApply: (values: Record<string, string>) => void;
  children: ComponentChildren;
}

/** A form that filters a list. */
export function Filters({ onApply, children }: FiltersProps) {
  const apply = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    onApply(Object.fromEntries([...data].map(([name, value]) => [name, String(value).trim()])));
  };
  return (
    <search>
      <form class="filters" onSubmit={apply}>
        {children}
      </form>
    </search>
  );
}
