import { type EditorText, editorTexts } from '../texts/editor.ts';
import { type Fault, faultsOf, idOf } from './form/context.ts';
import { Form } from './form/form.tsx';
import { Faults, Labelled } from './form/labelled.tsx';
import { Members } from './form/object-field.tsx';
import type { Json, JsonObject } from './json.ts';
import { resolved, type Schema } from './schema.ts';
import type { OpenApi } from './use-document.ts';

export const DEFINITION_FORM = 'definition';

/** The kind of definition that a form is for, and the layout of its members. */
export interface FormOf {
  /** Name of its schema in the OpenAPI document. */
  schema: string;
  /** The member that is part of its path. */
  name: 'title' | 'name';
  /** Members that only the service sets. */
  told: readonly string[];
  /** Members by section; members of later releases get a section of their own at the end. */
  sections: readonly (readonly [title: keyof EditorText, members: readonly string[]])[];
}

interface DefinitionFormProps {
  of: FormOf;
  document: OpenApi;
  value: JsonObject;
  onChange: (value: JsonObject) => void;
  /** The name of a new one; null: it already has a name. */
  title: string | null;
  onTitle: (title: string) => void;
  faults: readonly Fault[];
  unread: Readonly<Record<string, string>>;
  onUnread: (pointer: string, text: string | undefined) => void;
}

/** A definition as a form, generated from its schema. */
export function DefinitionForm({
  of,
  document,
  value,
  onChange,
  title,
  onTitle,
  faults,
  unread,
  onUnread,
}: DefinitionFormProps) {
  const t = editorTexts();
  const schema = resolved({ $ref: `#/components/schemas/${of.schema}` }, document);
  const members = Object.keys(schema.properties ?? {});
  const notWritten = [of.name, ...of.told];
  const placed = of.sections.flatMap(([, names]) => names);
  const change = (next: Json) => onChange(next as JsonObject);
  const form = { root: document, name: DEFINITION_FORM, faults, unread, onUnread };
  const elsewhere = faultsOf(form, '', [...members, ...Object.keys(value)]);
  const hasMore = [...members, ...Object.keys(value)].some(
    (name) => !placed.includes(name) && !notWritten.includes(name),
  );
  return (
    <Form {...form}>
      <div class="definition" id={idOf(DEFINITION_FORM, '')} tabIndex={-1}>
        {t.descriptionsNote !== '' && <p class="faint">{t.descriptionsNote}</p>}
        <Faults of={elsewhere} pointer="" />
        {title !== null && (
          <div class="members">
            <Name label={of.name} schema={schema.properties?.[of.name] ?? {}} value={title} onChange={onTitle} />
          </div>
        )}
        {of.sections.map(([label, names]) => (
          <section key={label}>
            <h2>{t[label] as string}</h2>
            <Members schema={schema} pointer="" value={value} onChange={change} only={names} without={notWritten} />
          </section>
        ))}
        {hasMore && (
          <section>
            <h2>{t.more}</h2>
            <Members schema={schema} pointer="" value={value} onChange={change} without={[...placed, ...notWritten]} />
          </section>
        )}
      </div>
    </Form>
  );
}

interface NameProps {
  label: string;
  schema: Schema;
  value: string;
  onChange: (name: string) => void;
}

function Name({ label, schema, value, onChange }: NameProps) {
  return (
    <Labelled pointer={`/${label}`} label={label} description={schema.description} isRequired>
      {(labelling) => (
        <input
          {...labelling}
          class="code"
          autoComplete="off"
          spellcheck={false}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Labelled>
  );
}
