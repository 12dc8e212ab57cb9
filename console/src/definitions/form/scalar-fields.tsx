import { editorTexts } from '../../texts/editor.ts';
import { type Json, textOf } from '../json.ts';
import { mayBeEmpty, type Schema } from '../schema.ts';
import type { FieldProps } from './context.ts';
import { Labelled } from './labelled.tsx';

/** A text whose maximum length is at least this uses the whole width. */
const LONG_TEXT = 2048;

function defaultText({ default: value }: Schema): string {
  return value === undefined || typeof value === 'object' ? '' : String(value);
}

/** A text. An empty one leaves the member out, unless the empty text has a meaning of its own. */
export function TextField({ schema, pointer, label, value, onChange, isRequired }: FieldProps<Json>) {
  const t = editorTexts();
  const emptyCounts = isRequired || mayBeEmpty(schema);
  const read = (text: string) => onChange(text === '' && !emptyCounts ? undefined : text);
  const isLong = (schema.maxLength ?? 0) >= LONG_TEXT;
  // Other values, such as a URL, cannot contain a line end.
  const isProse = isLong && schema.minLength === undefined && schema.default === undefined;
  const toggle = !isRequired && mayBeEmpty(schema) && (
    <button type="button" class="small quiet" onClick={() => onChange(value === undefined ? '' : undefined)}>
      {value === undefined ? t.setEmpty : t.leaveOut}
    </button>
  );
  return (
    <Labelled {...{ pointer, label, isRequired }} description={schema.description} isWide={isLong} tools={toggle}>
      {(labelling) => {
        const shared = {
          ...labelling,
          value: typeof value === 'string' ? value : '',
          placeholder: value === undefined ? defaultText(schema) || t.leftOut : '',
          spellcheck: false,
        };
        return isProse ? (
          <textarea {...shared} rows={2} onInput={(event) => read(event.currentTarget.value)} />
        ) : (
          <input {...shared} class="code" autoComplete="off" onInput={(event) => read(event.currentTarget.value)} />
        );
      }}
    </Labelled>
  );
}

/** A number. Anything else stays as typed, for the service to refuse. */
export function NumberField({ schema, pointer, label, value, onChange, isRequired }: FieldProps<Json>) {
  const read = (text: string) => {
    const isNumber = /^-?\d+(\.\d+)?$/.test(text.trim());
    onChange(text === '' ? undefined : isNumber ? Number(text) : text);
  };
  return (
    <Labelled {...{ pointer, label, isRequired }} description={schema.description}>
      {(labelling) => (
        <input
          {...labelling}
          class="code"
          inputMode={schema.type === 'integer' ? 'numeric' : 'decimal'}
          autoComplete="off"
          value={value === undefined ? '' : String(value)}
          placeholder={defaultText(schema) || editorTexts().leftOut}
          onInput={(event) => read(event.currentTarget.value)}
        />
      )}
    </Labelled>
  );
}

/** Yes or no; if left out, the default applies. */
export function BooleanField({ schema, onChange, ...rest }: FieldProps<Json>) {
  const t = editorTexts();
  const options = [
    [true, t.yes],
    [false, t.no],
  ] as const;
  return <Select schema={schema} options={options} onChange={onChange} {...rest} />;
}

/** One of several values. */
export function ChoiceField({ schema, onChange, ...rest }: FieldProps<Json>) {
  const values = schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
  const options = values.map((value) => [value, typeof value === 'string' ? value : textOf(value)] as const);
  return <Select schema={schema} options={options} onChange={onChange} {...rest} />;
}

interface SelectProps extends FieldProps<Json> {
  options: readonly (readonly [value: Json, label: string])[];
}

function Select({ schema, options, pointer, label, value, onChange, isRequired }: SelectProps) {
  const t = editorTexts();
  const at = options.findIndex(([option]) => option === value);
  const byDefault = options.find(([option]) => option === schema.default)?.[1];
  return (
    <Labelled {...{ pointer, label, isRequired }} description={schema.description}>
      {(labelling) => (
        <select
          {...labelling}
          value={String(at)}
          onChange={(event) => onChange(options[Number(event.currentTarget.value)]?.[0])}
        >
          {/* An existing value that is not an option stays until another one is chosen. */}
          {(at === -1 || !isRequired) && (
            <option value="-1" selected={at === -1}>
              {value !== undefined && at === -1
                ? textOf(value)
                : byDefault === undefined
                  ? t.leftOut
                  : t.byDefault(byDefault)}
            </option>
          )}
          {options.map(([, text], index) => (
            <option key={text} value={String(index)} selected={index === at}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}
