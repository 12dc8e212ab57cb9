import type { ComponentChildren } from 'preact';
import { isSignInNeeded } from '../api/sign-in-again.ts';
import { useDraft } from '../drafts/use-draft.ts';
import { common } from '../texts/common.ts';
import { Dialog } from './dialog.tsx';

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
  onConfirm: (reason: string) => void;
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
  const confirm = (event: Event) => {
    event.preventDefault();
    // With a token that is over, all stays as it is: after a new sign-in it is confirmed again.
    if (!canConfirm || isSignInNeeded()) return;
    onClose();
    onConfirm(reason.value.trim());
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={confirm}>
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
      </form>
    </Dialog>
  );
}
