import { isSame, type Json, textOf } from '../json.ts';
import { resolved } from '../schema.ts';
import { type FieldProps, faultsOf, idOf, useForm } from './context.ts';
import { Description } from './description.tsx';
import { Faults } from './labelled.tsx';

/** Any of some values, each once. None leaves the member out. */
export function SetField({ schema, pointer, label, value, onChange, isRequired }: FieldProps<Json>) {
  const form = useForm();
  const chosen = Array.isArray(value) ? value : [];
  const known = resolved(schema.items ?? {}, form.root).enum ?? [];
  // What the schema does not know can be taken out, and is not lost meanwhile.
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
