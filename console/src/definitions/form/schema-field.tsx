import type { Json } from '../json.ts';
import { kindOf, resolved } from '../schema.ts';
import { type FieldProps, useForm } from './context.ts';
import { JsonField } from './json-field.tsx';
import { ListField } from './list-field.tsx';
import { ObjectField } from './object-field.tsx';
import { RecordField } from './record-field.tsx';
import { BooleanField, ChoiceField, NumberField, TextField } from './scalar-fields.tsx';
import { SetField } from './set-field.tsx';
import { UnionField } from './union-field.tsx';

const FIELDS = {
  object: ObjectField,
  record: RecordField,
  list: ListField,
  set: SetField,
  choice: ChoiceField,
  boolean: BooleanField,
  number: NumberField,
  text: TextField,
  union: UnionField,
  json: JsonField,
} as const;

/** The field for a schema. A value that no field fits, or that does not match its schema, is shown as JSON. */
export function SchemaField({ schema: given, ...rest }: FieldProps<Json>) {
  const { root } = useForm();
  const schema = resolved(given, root);
  const kind = kindOf(schema, root);
  const Field = FIELDS[holds(kind, rest.value) ? kind : 'json'];
  return <Field schema={schema} {...rest} />;
}

/** Whether a field can show a value. Text and number fields show anything that was typed. */
function holds(kind: keyof typeof FIELDS, value: Json | undefined): boolean {
  if (value === undefined) return true;
  const isArray = Array.isArray(value);
  const isObject = typeof value === 'object' && value !== null && !isArray;
  switch (kind) {
    case 'object':
      return isObject;
    case 'record':
      return isObject && Object.values(value).every((member) => typeof member === 'string');
    case 'list':
    case 'set':
      return isArray;
    case 'boolean':
      return typeof value === 'boolean';
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number' || typeof value === 'string';
    default:
      return true;
  }
}
