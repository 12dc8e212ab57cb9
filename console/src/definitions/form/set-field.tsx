import { isSame, type Json, textOf } from '../json.ts';
import { resolved } from '../schema.ts';
import { type FieldProps, faultsOf, idOf, useForm } from './context.ts';
import { Description } from './description.tsx';
import { Faults } from './labelled.tsx';

/** Any of several values, each once. Choosing none leaves the member out. */
export function SetField({ schema, pointer, label, value, onChange, isRequired }: FieldProps<Json>) {
  const form = useForm();
  const chosen = Array.isArray(value) ? value : [];
  const known = resolved(schema.items ?? {}, form.root).enum ?? [];
  // A value that the schema does not know stays until the user removes it.
  const options = [...known, ...chosen.filter((one) => !known.some((other) => isSame(one, other)))];
  const faults = faultsOf(form, pointer);
  const toggle = (option: Json, isOn: boolean) => {
    const others = chosen.filter((one) => !isSame(one, option));
    const next = isOn ? [...others, option] : others;
    onChange(next.length === 0 && !isRequired ? undefined : next);
  };
  return (
    <fieldset
      class="member set"
      id={idOf(form.name, pointer)}
      tabIndex={-1}
      aria-invalid={faults.length > 0 || undefined}
    >
      <legend>
        <code>{label}</code>
      </legend>
      {options.map((option) => (
        <label key={textOf(option)} class="option">
          <input
            type="checkbox"
            checked={chosen.some((one) => isSame(one, option))}
            onChange={(event) => toggle(option, event.currentTarget.checked)}
          />
          <code>{typeof option === 'string' ? option : textOf(option)}</code>
        </label>
      ))}
      <Faults of={faults} pointer={pointer} />
      <Description text={schema.description} />
    </fieldset>
  );
}
