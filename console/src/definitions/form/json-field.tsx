import { editorTexts } from '../../texts/editor.ts';
import { isSame, type Json, jsonFault, textOf } from '../json.ts';
import { type FieldProps, useForm } from './context.ts';
import { Labelled } from './labelled.tsx';

const MOST_LINES = 16;

/** Any value, as JSON. An invalid text stays in the field, and the member keeps its value. */
export function JsonField({ schema, pointer, label, value, onChange, isRequired }: FieldProps<Json>) {
  const { unread, onUnread } = useForm();
  const text = unread[pointer] ?? (value === undefined ? '' : textOf(value));
  const read = (typed: string) => {
    try {
      const next = typed.trim() === '' ? undefined : (JSON.parse(typed) as Json);
      // A text with the same value keeps its white space until the field loses the focus.
      onUnread(pointer, next !== undefined && typed !== textOf(next) ? typed : undefined);
      if (!isSame(next, value)) onChange(next);
    } catch {
      onUnread(pointer, typed);
    }
  };
  const fault = jsonFault(unread[pointer]);
  return (
    <Labelled
      {...{ pointer, label, isRequired }}
      description={schema.description}
      isWide
      problem={fault === null ? undefined : editorTexts().noJson(fault)}
    >
      {(labelling) => (
        <textarea
          {...labelling}
          class="code"
          rows={Math.min(MOST_LINES, Math.max(2, text.split('\n').length))}
          spellcheck={false}
          value={text}
          placeholder={editorTexts().leftOut}
          onInput={(event) => read(event.currentTarget.value)}
          onBlur={() => fault === null && onUnread(pointer, undefined)}
        />
      )}
    </Labelled>
  );
}
