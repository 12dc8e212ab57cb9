import { useSignal } from '@preact/signals';
import { useDraft } from '../drafts/use-draft.ts';
import { common } from '../texts/common.ts';
import { keysTexts } from '../texts/webhooks.ts';
import { Command } from '../ui/copy.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { placeholderOf } from './definition.ts';
import { PUT_SECRET } from './secret-at-fault.ts';

/** Standard Webhooks allows 24 to 64 bytes. */
const KEY_BYTES = 32;
/** Shown while no name was typed. */
const NAME = 'ORIGIN_…';

interface RotateDialogProps {
  /** Saves the new secret's name. @returns whether it succeeded */
  onConfirm: (secret: string) => Promise<boolean>;
  onClose: () => void;
}

/** Guides through the change of a key. The page makes the key and shows it once: service and browser do not keep it. */
export function RotateDialog({ onConfirm, onClose }: RotateDialogProps) {
  const t = keysTexts();
  // Not a draft: a draft may be kept across a sign-in, and a key must not be.
  const key = useSignal('');
  const name = useDraft('webhook.new-secret', '');
  const command = `${PUT_SECRET} ${name.value.trim() || NAME}`;
  return (
    <FormDialog title={t.rotateTitle} onSend={() => onConfirm(placeholderOf(name.value.trim()))} onClose={onClose}>
      <p>{t.step1}</p>
      {key.value === '' ? (
        <p>
          <button
            type="button"
            onClick={() => {
              key.value = newKey();
            }}
          >
            {t.make}
          </button>
        </p>
      ) : (
        <Command text={key.value} />
      )}
      <p>{t.step2}</p>
      <Command text={command} />
      <p>{t.step3}</p>
      <label>
        {t.newName}
        <input
          value={name.value}
          required
          pattern="ORIGIN_\w+"
          placeholder={NAME}
          autoComplete="off"
          spellcheck={false}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      </label>
      <p class="tools">
        <button type="submit" class="main">
          {t.begin}
        </button>
        <button type="button" onClick={onClose}>
          {common().cancel}
        </button>
      </p>
    </FormDialog>
  );
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}
