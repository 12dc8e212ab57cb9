import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { common } from '../texts/common.ts';
import { editorTexts } from '../texts/editor.ts';
import { useBusy } from '../ui/use-busy.ts';

interface SaveFormProps {
  reason: Signal<string>;
  /** Whether there is anything to save; if not, the form asks for nothing. */
  canSave: boolean;
  onSave: () => Promise<void>;
  children: ComponentChildren;
}

/** A form with the changes to save, the reason, and the button. */
export function SaveForm({ reason, canSave, onSave, children }: SaveFormProps) {
  const [isBusy, during] = useBusy();
  return (
    <form
      class="review"
      onSubmit={(event) => {
        event.preventDefault();
        during(onSave);
      }}
    >
      {children}
      {canSave && (
        <>
          <label>
            {common().reason}
            <input
              value={reason.value}
              maxLength={500}
              onInput={(event) => {
                reason.value = event.currentTarget.value;
              }}
            />
          </label>
          <p class="tools">
            <button type="submit" class="main" aria-disabled={isBusy}>
              {editorTexts().save}
            </button>
          </p>
        </>
      )}
    </form>
  );
}
