import type { ComponentChildren } from 'preact';
import { isSignInNeeded } from '../api/sign-in-again.ts';
import { useDraft } from '../drafts/use-draft.ts';

interface DialogButtonProps {
  /** Name of the draft that keeps whether it is open; unique on its screen. */
  name: string;
  label: string;
  /** The dialog; it calls `close` when it is done. */
  dialog: (close: () => void) => ComponentChildren;
}

/** Opens a dialog, which reopens after a new sign-in. If a sign-in is needed already, asks for that first. */
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
