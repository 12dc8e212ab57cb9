import type { ComponentChildren } from 'preact';
import { isSignInNeeded } from '../api/sign-in-again.ts';
import { useDraft } from '../drafts/use-draft.ts';

interface DialogButtonProps {
  /** Of the draft that says whether it is open: one of a kind on its screen. */
  name: string;
  label: string;
  /** The dialog, which calls `close` when it is done. */
  dialog: (close: () => void) => ComponentChildren;
}

/** Opens a dialog, which comes back after a new sign-in; where one is needed already, it is asked for first. */
export function DialogButton({ name, label, dialog }: DialogButtonProps) {
  const isOpen = useDraft(name, false);
  return (
    <>
      <button
        type="button"
        onClick={() => {
          if (!isSignInNeeded()) isOpen.value = true;
        }}
      >
        {label}
      </button>
      {isOpen.value &&
        dialog(() => {
          isOpen.value = false;
        })}
    </>
  );
}
