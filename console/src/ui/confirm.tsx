import type { ComponentChildren } from 'preact';
import { useDraft } from '../drafts/use-draft.ts';
import { common } from '../texts/common.ts';
import { FormDialog } from './form-dialog.tsx';

interface ConfirmProps {
  title: string;
  /** What will happen, with the number of items. */
  children: ComponentChildren;
  /** Of the button. */
  label: string;
  /** A text that the user must type first; without it, pressing the button is enough. */
  typed?: string;
  /** Whether a reason is required; otherwise it is optional. */
  demandsReason?: boolean;
  /** Whether the information needed to decide, such as the number, is there. */
  isReady?: boolean;
  /** Performs the action. @returns whether it succeeded */
  onConfirm: (reason: string) => Promise<boolean>;
  onClose: () => void;
}

/** Asks for confirmation of an action that cannot be undone by pressing again. */
export function Confirm({ title, children, label, typed, onConfirm, onClose, ...rest }: ConfirmProps) {
  const { demandsReason = false, isReady = true } = rest;
  const t = common();
  const reason = useDraft('confirm.reason', '');
  const entered = useDraft('confirm.typed', '');
  const canConfirm =
    isReady && (typed === undefined || entered.value === typed) && (!demandsReason || reason.value.trim() !== '');
  return (
    <FormDialog title={title} canSend={canConfirm} onSend={() => onConfirm(reason.value.trim())} onClose={onClose}>
      {children}
      <label>
        {t.reason}
        <input
          value={reason.value}
          maxLength={500}
          required={demandsReason}
          onInput={(event) => {
            reason.value = event.currentTarget.value;
          }}
        />
      </label>
      {typed !== undefined && (
        <label>
          {t.typeToConfirm(typed)}
          <input
            value={entered.value}
            autoComplete="off"
            spellcheck={false}
            onInput={(event) => {
              entered.value = event.currentTarget.value;
            }}
          />
        </label>
      )}
      <p class="tools">
        <button type="submit" class="danger" disabled={!canConfirm}>
          {label}
        </button>
        <button type="button" onClick={onClose}>
          {t.cancel}
        </button>
      </p>
    </FormDialog>
  );
}
