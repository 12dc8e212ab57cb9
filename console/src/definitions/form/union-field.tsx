import { useSignal } from '@preact/signals';
import { editorTexts } from '../../texts/editor.ts';
import { isObject, isSame, type Json, type JsonObject, memberOf, pointerTo, withMember } from '../json.ts';
import { alternativesOf, fits, initialOf, mainMember, resolved, type Schema } from '../schema.ts';
import { type FieldProps, faultsOf, idOf, useForm } from './context.ts';
import { JsonField } from './json-field.tsx';
import { Faults } from './labelled.tsx';
import { Members } from './object-field.tsx';

/** One of several alternatives: the user chooses the alternative first. */
export function UnionField(props: FieldProps<Json>) {
  const { root } = useForm();
  const alternatives = alternativesOf(props.schema);
  const main = mainMember(alternatives, root);
  if (main !== null) return <TextOrObject {...props} text={alternatives[0] ?? {}} main={main} />;
  return <OneOf {...props} alternatives={alternatives} />;
}

interface TextOrObjectProps extends FieldProps<Json> {
  text: Schema;
  main: { name: string; object: Schema };
}

/** A name, or an object with that name and more. The name has one field in both cases; the rest shows on request. */
function TextOrObject({ text, main, schema, pointer, label, value, onChange, isRequired }: TextOrObjectProps) {
  const t = editorTexts();
  const form = useForm();
  const isOpen = useSignal(false);
  const { name, object } = main;
  if (value !== undefined && typeof value !== 'string' && !isObject(value)) {
    return <JsonField {...{ schema, pointer, label, value, onChange, isRequired }} />;
  }
  const isWhole = isObject(value);
  const whole: JsonObject = isWhole ? value : { [name]: value ?? '' };
  const own = memberOf(whole, name);
  const isShown = isOpen.value || faultsOf(form, pointer).some((fault) => fault.pointer.startsWith(`${pointer}/`));
  const faults = isWhole ? faultsOf(form, pointer, Object.keys({ ...object.properties, ...whole })) : [];
  const change = (next: Json) => {
    onChange(
      isObject(next) && Object.keys(next).length === 1 && Object.hasOwn(next, name) ? memberOf(next, name) : next,
    );
  };
  return (
    <div
      class="named"
      {...(isWhole && { id: idOf(form.name, pointer), tabIndex: -1 })}
      aria-invalid={faults.length > 0 || undefined}
    >
      <Faults of={faults} pointer={pointer} />
      <form.Field
        schema={withoutDescription(resolved(text, form.root))}
        pointer={isWhole ? pointerTo(pointer, name) : pointer}
        label={label}
        value={own}
        onChange={(typed) => onChange(isWhole ? withMember(whole, name, typed ?? '') : (typed ?? ''))}
        isRequired
      />
      <button
        type="button"
        class="small"
        aria-expanded={isShown}
        aria-label={t.optionsOf(String(own ?? label))}
        onClick={() => {
          isOpen.value = !isShown;
        }}
      >
        {t.options}
      </button>
      {isShown ? (
        <Members schema={object} pointer={pointer} value={whole} onChange={change} without={[name]} />
      ) : (
        <Given of={whole} schema={object} without={name} />
      )}
    </div>
  );
}

/** The members of an object besides its name and its defaults, in one line. */
function Given({ of, schema, without }: { of: JsonObject; schema: Schema; without: string }) {
  const { root } = useForm();
  const said = Object.entries(of).filter(([name, value]) => {
    const member = schema.properties?.[name];
    return name !== without && !(member !== undefined && isSame(resolved(member, root).default, value));
  });
  if (said.length === 0) return null;
  return <code class="faint given">{said.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ')}</code>;
}

interface OneOfProps extends FieldProps<Json> {
  alternatives: readonly Schema[];
}

function OneOf({ alternatives, schema, pointer, label, value, onChange, isRequired }: OneOfProps) {
  const t = editorTexts();
  const { root, name, Field } = useForm();
  const at = value === undefined ? -1 : alternatives.findIndex((one) => fits(one, value, root));
  const id = `${idOf(name, pointer)}#kind`;
  const choose = (index: number) => {
    const chosen = alternatives[index];
    onChange(chosen === undefined ? undefined : initialOf(chosen, root));
  };
  const chosen = alternatives[at];
  return (
    <div class="member union">
      <label for={id}>
        <code>{label}</code> {t.kind}
      </label>
      <select id={id} value={String(at)} onChange={(event) => choose(Number(event.currentTarget.value))}>
        {(at === -1 || !isRequired) && <option value="-1">{t.leftOut}</option>}
        {alternatives.map((one, index) => (
          <option key={nameOf(one, root)} value={String(index)} selected={index === at}>
            {nameOf(one, root)}
          </option>
        ))}
      </select>
      {chosen !== undefined && resolved(chosen, root).type !== 'null' ? (
        <Field
          schema={{ description: schema.description, ...resolved(chosen, root) } as Schema}
          {...{ pointer, label, value, onChange }}
          isRequired
        />
      ) : (
        value !== undefined &&
        value !== null && <JsonField {...{ schema, pointer, label, value, onChange, isRequired }} />
      )}
    </div>
  );
}

/** The name of an alternative: its title, its fixed value, the name of its schema, or its type. */
function nameOf(schema: Schema, root: unknown): string {
  const { title, const: fixed, type, properties = {} } = resolved(schema, root);
  const fixedMember = Object.values(properties).find((member) => member.const !== undefined)?.const;
  const name = title ?? fixed ?? fixedMember ?? schema.$ref?.split('/').at(-1) ?? type ?? 'JSON';
  return String(name);
}

/** The description is already shown for the list. */
function withoutDescription({ description: _description, ...schema }: Schema): Schema {
  return schema;
}
