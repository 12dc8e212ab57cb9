import type { ComponentChildren } from 'preact';
import { useDraft } from '../drafts/use-draft.ts';
import { common } from '../texts/common.ts';
import { FormDialog } from './form-dialog.tsx';

interface ConfirmProps {
  title: string;
  /** What will happen, with its number. */
  children: ComponentChildren;
  /** Of the button that does it. */
  label: string;
  /** Must be typed first; without it a press will do. */
  typed?: string;
  /** Whether a reason must be given; it may be in any case. */
  demandsReason?: boolean;
  /** Whether what is needed to decide, such as the number, is there. */
  isReady?: boolean;
  /** Does it; whether that succeeded. */
  onConfirm: (reason: string) => Promise<boolean>;
  onClose: () => void;
}

/** Asks before something is done that is not undone by pressing again. */
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
