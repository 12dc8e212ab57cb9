import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { isSignInNeeded } from '../api/sign-in-again.ts';

interface DialogButtonProps {
  label: string;
  /** The dialog, which calls `close` when it is done. */
  dialog: (close: () => void) => ComponentChildren;
}

/** Opens a dialog; asks for a new sign-in first where that is needed, since what is written in a dialog would be lost. */
export function DialogButton({ label, dialog }: DialogButtonProps) {
  const isOpen = useSignal(false);
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
