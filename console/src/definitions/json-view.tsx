import { editorTexts } from '../texts/editor.ts';
import { jsonFault } from './json.ts';

/** The draft as JSON: everything in the form, and members that the form has no field for. */
export function JsonView({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const t = editorTexts();
  const fault = jsonFault(text) ?? (text.trim().startsWith('{') ? null : t.noObject);
  return (
    <div class="member wide">
      <label for="json">{t.json}</label>
      <textarea
        id="json"
        class="code json"
        rows={30}
        spellcheck={false}
        value={text}
        aria-invalid={fault !== null || undefined}
        aria-describedby="json-fault"
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <div id="json-fault" role="status">
        {fault !== null && <p class="faults">{t.noJson(fault)}</p>}
      </div>
    </div>
  );
}
