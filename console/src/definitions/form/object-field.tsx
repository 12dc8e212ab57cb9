import { editorTexts } from '../../texts/editor.ts';
import { isObject, type Json, type JsonObject, memberOf, pointerTo, withMember } from '../json.ts';
import { initialOf, type Schema } from '../schema.ts';
import { type FieldProps, faultsOf, idOf, useForm } from './context.ts';
import { Description } from './description.tsx';
import { Faults } from './labelled.tsx';

/** An object with members of its own, in a frame; an optional one has to be added first. */
export function ObjectField({ schema, pointer, label, value, onChange, isRequired }: FieldProps<Json>) {
  const t = editorTexts();
  const form = useForm();
  const id = idOf(form.name, pointer);
  if (!isObject(value)) {
    return (
      <Absent
        {...{ id, pointer, label }}
        description={schema.description}
        onAdd={() => onChange(initialOf(withoutDefault(schema), form.root))}
      />
    );
  }
  const parts = [...Object.keys(schema.properties ?? {}), ...Object.keys(value)];
  const faults = faultsOf(form, pointer, parts);
  return (
    <fieldset class="member wide group" id={id} tabIndex={-1} aria-invalid={faults.length > 0 || undefined}>
      {label !== '' && (
        <legend>
          <code>{label}</code>
        </legend>
      )}
      <Description text={label === '' ? undefined : schema.description} />
      <Faults of={faults} pointer={pointer} />
      <Members {...{ schema, pointer, value, onChange }} />
      {!isRequired && (
        <p class="tools">
          <button type="button" class="small" onClick={() => onChange(undefined)}>
            {t.remove(label)}
          </button>
        </p>
      )}
    </fieldset>
  );
}

interface AbsentProps {
  id: string;
  pointer: string;
  label: string;
  description: string | undefined;
  onAdd: () => void;
}

/** A button that adds an optional value. */
export function Absent({ id, pointer, label, description, onAdd }: AbsentProps) {
  const faults = faultsOf(useForm(), pointer);
  return (
    <div class="member wide absent">
      <button type="button" class="small" id={id} aria-invalid={faults.length > 0 || undefined} onClick={onAdd}>
        {editorTexts().add(label)}
      </button>
      <Faults of={faults} pointer={pointer} />
      <Description text={description} />
    </div>
  );
}

interface MembersProps {
  schema: Schema;
  pointer: string;
  value: JsonObject;
  onChange: (value: Json) => void;
  /** Only these members of the schema, in its order. Without it: all, and those that the schema does not know. */
  only?: readonly string[];
  /** Members that are shown elsewhere. */
  without?: readonly string[];
}

/** The members of an object: first those of its schema, then unknown ones, which stay unchanged. */
export function Members({ schema, pointer, value, onChange, only, without = [] }: MembersProps) {
  const { Field } = useForm();
  const { properties = {}, required = [] } = schema;
  const names = Object.keys(properties).filter((name) => !without.includes(name) && (only?.includes(name) ?? true));
  const unknown =
    only === undefined
      ? Object.keys(value).filter((name) => !Object.hasOwn(properties, name) && !without.includes(name))
      : [];
  return (
    <div class="members">
      {[...names, ...unknown].map((name) => (
        <Field
          key={name}
          schema={properties[name] ?? {}}
          pointer={pointerTo(pointer, name)}
          label={name}
          value={memberOf(value, name)}
          onChange={(member) => onChange(withMember(value, name, member))}
          isRequired={required.includes(name)}
        />
      ))}
    </div>
  );
}

/** A value that was just added has to be filled in: an empty default would equal leaving it out. */
function withoutDefault({ default: _default, ...schema }: Schema): Schema {
  return schema;
}
