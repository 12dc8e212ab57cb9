import { editorTexts } from '../../texts/editor.ts';
import { isObject, type Json, pointerTo } from '../json.ts';
import { initialOf } from '../schema.ts';
import { type FieldProps, faultsOf, focusField, idOf, useForm } from './context.ts';
import { Description } from './description.tsx';
import { Faults } from './labelled.tsx';
import { Absent } from './object-field.tsx';

/** Ordered items that can be moved up, removed and added. */
export function ListField({ schema, pointer, label, value, onChange, isRequired }: FieldProps<Json>) {
  const t = editorTexts();
  const form = useForm();
  const id = idOf(form.name, pointer);
  const items = Array.isArray(value) ? value : [];
  const itemSchema = schema.items ?? {};
  const add = () => {
    onChange([...items, initialOf(itemSchema, form.root)]);
    // Once the new item is in the page.
    setTimeout(() => focusField(form.name, pointerTo(pointer, items.length)));
  };
  if (value === undefined) return <Absent {...{ id, pointer, label }} description={schema.description} onAdd={add} />;
  const faults = faultsOf(form, pointer, Object.keys(items));
  const change = (index: number, item: Json | undefined) => {
    const next = item === undefined ? items.toSpliced(index, 1) : items.with(index, item);
    onChange(next.length === 0 && !isRequired ? undefined : next);
  };
  const moveUp = (index: number) => {
    onChange(items.toSpliced(index, 1).toSpliced(index - 1, 0, items[index] as Json));
  };
  return (
    <fieldset class="member wide group" id={id} tabIndex={-1} aria-invalid={faults.length > 0 || undefined}>
      <legend>
        <code>{label}</code>
      </legend>
      <Description text={schema.description} />
      <Faults of={faults} pointer={pointer} />
      <ol class="items">
        {items.map((item, index) => {
          const name = nameOf(item) ?? t.item(index + 1);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: only its place identifies an item while its name is typed
            <li key={index}>
              <form.Field
                schema={itemSchema}
                pointer={pointerTo(pointer, index)}
                label={`${label} ${index + 1}`}
                value={item}
                onChange={(changed) => change(index, changed ?? '')}
                isRequired
              />
              <span class="item-tools">
                {index > 0 && (
                  <button type="button" class="small quiet" aria-label={t.moveUp(name)} onClick={() => moveUp(index)}>
                    {'↑'}
                  </button>
                )}
                <button
                  type="button"
                  class="small quiet"
                  aria-label={t.remove(name)}
                  onClick={() => change(index, undefined)}
                >
                  {'×'}
                </button>
              </span>
            </li>
          );
        })}
      </ol>
      <p class="tools">
        <button type="button" class="small" onClick={add}>
          {t.addTo(label)}
        </button>
      </p>
    </fieldset>
  );
}

function nameOf(item: Json): string | null {
  const name = isObject(item) ? item.name : item;
  return typeof name === 'string' && name !== '' ? name : null;
}
