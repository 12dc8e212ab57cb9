import { type EditorText, editorTexts } from '../texts/editor.ts';
import { type Fault, faultsOf, idOf } from './form/context.ts';
import { Form } from './form/form.tsx';
import { Faults, Labelled } from './form/labelled.tsx';
import { Members } from './form/object-field.tsx';
import type { Json, JsonObject } from './json.ts';
import { resolved, type Schema } from './schema.ts';
import type { OpenApi } from './use-document.ts';

export const DEFINITION_FORM = 'definition';

const TITLE = 'title';
/** The title stands in the path, and the service tells warnings. */
const NOT_WRITTEN = [TITLE, 'warnings'];

/** Where members stand; those that come with a later release stand in the last one. */
const SECTIONS: readonly (readonly [title: keyof EditorText, members: readonly string[]])[] = [
  ['whatItIs', ['description', 'scope', 'groups']],
  ['howAsked', ['origin']],
  ['parameters', ['parameters', 'parameters_max_bytes']],
  ['answer', ['format', 'csv', 'xml', 'charset', 'content_type', 'tables', 'guard']],
  ['howLong', ['ttl_s', 'stale_while_revalidate_s', 'stale_if_error_s', 'error_ttl_s', 'refresh_min_s', 'wait_s']],
  ['whenLoaded', ['schedule', 'live', 'retry', 'retain_versions', 'changes']],
];

interface DefinitionFormProps {
  document: OpenApi;
  value: JsonObject;
  onChange: (value: JsonObject) => void;
  /** Of a new resource; null: it has one. */
  title: string | null;
  onTitle: (title: string) => void;
  faults: readonly Fault[];
  unread: Readonly<Record<string, string>>;
  onUnread: (pointer: string, text: string | undefined) => void;
}

/** A definition as a form, made from its schema. */
export function DefinitionForm({
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
  const schema = resolved({ $ref: '#/components/schemas/Definition' }, document);
  const members = Object.keys(schema.properties ?? {});
  const placed = SECTIONS.flatMap(([, names]) => names);
  const change = (next: Json) => onChange(next as JsonObject);
  const form = { root: document, name: DEFINITION_FORM, faults, unread, onUnread };
  const elsewhere = faultsOf(form, '', [...members, ...Object.keys(value)]);
  const hasMore = [...members, ...Object.keys(value)].some(
    (name) => !placed.includes(name) && !NOT_WRITTEN.includes(name),
  );
  return (
    <Form {...form}>
      <div class="definition" id={idOf(DEFINITION_FORM, '')} tabIndex={-1}>
        {t.descriptionsNote !== '' && <p class="faint">{t.descriptionsNote}</p>}
        <Faults of={elsewhere} pointer="" />
        {title !== null && (
          <div class="members">
            <Title schema={schema.properties?.title ?? {}} value={title} onChange={onTitle} />
          </div>
        )}
        {SECTIONS.map(([label, names]) => (
          <section key={label}>
            <h2>{t[label] as string}</h2>
            <Members schema={schema} pointer="" value={value} onChange={change} only={names} without={NOT_WRITTEN} />
          </section>
        ))}
        {hasMore && (
          <section>
            <h2>{t.more}</h2>
            <Members schema={schema} pointer="" value={value} onChange={change} without={[...placed, ...NOT_WRITTEN]} />
          </section>
        )}
      </div>
    </Form>
  );
}

function Title({ schema, value, onChange }: { schema: Schema; value: string; onChange: (title: string) => void }) {
  return (
    <Labelled pointer="/title" label={TITLE} description={schema.description} isRequired>
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
