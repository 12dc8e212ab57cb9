import { useSignal } from '@preact/signals';
import { editorTexts } from '../../texts/editor.ts';
import { isObject, isSame, type Json, pointerTo } from '../json.ts';
import { type FieldProps, faultsOf, idOf, useForm } from './context.ts';
import { Description } from './description.tsx';
import { Faults } from './labelled.tsx';

type Pair = readonly [name: string, value: string];

/** Names and texts, such as headers. A line without a name is not part of the definition yet. */
export function RecordField({ schema, pointer, label, value, onChange, isRequired }: FieldProps<Json>) {
  const t = editorTexts();
  const form = useForm();
  // Lines instead of an object: while a name is being typed, it may be empty or equal to another one.
  const lines = useSignal<readonly Pair[]>([]);
  const given = isObject(value) ? value : {};
  if (!isSame(given, recordOf(lines.peek()))) lines.value = Object.entries(given) as unknown as Pair[];
  const change = (next: readonly Pair[]) => {
    lines.value = next;
    const record = recordOf(next);
    onChange(Object.keys(record).length === 0 && !isRequired && value === undefined ? undefined : record);
  };
  const faults = faultsOf(form, pointer);
  return (
    <fieldset
      class="member wide group"
      id={idOf(form.name, pointer)}
      tabIndex={-1}
      aria-invalid={faults.length > 0 || undefined}
    >
      <legend>
        <code>{label}</code>
      </legend>
      <Description text={schema.description} />
      <Faults of={faults} pointer={pointer} />
      {lines.value.map(([name, text], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: only its place identifies a line while its name is being typed
        <div key={index} class="pair">
          <input
            class="code"
            aria-label={t.nameIn(label, index + 1)}
            placeholder={t.name}
            autoComplete="off"
            spellcheck={false}
            value={name}
            onInput={(event) => change(lines.peek().with(index, [event.currentTarget.value, text]))}
          />
          <input
            class="code"
            id={idOf(form.name, pointerTo(pointer, name))}
            aria-label={t.valueIn(label, name === '' ? `${index + 1}` : name)}
            placeholder={t.value}
            autoComplete="off"
            spellcheck={false}
            value={text}
            onInput={(event) => change(lines.peek().with(index, [name, event.currentTarget.value]))}
          />
          <button
            type="button"
            class="small quiet"
            aria-label={t.remove(name === '' ? t.item(index + 1) : name)}
            onClick={() => change(lines.peek().toSpliced(index, 1))}
          >
            {'×'}
          </button>
        </div>
      ))}
      <p class="tools">
        <button
          type="button"
          class="small"
          onClick={() => {
            lines.value = [...lines.peek(), ['', '']];
          }}
        >
          {t.addTo(label)}
        </button>
      </p>
    </fieldset>
  );
}

function recordOf(lines: readonly Pair[]): { [name: string]: Json } {
  return Object.fromEntries(lines.filter(([name]) => name !== ''));
}
