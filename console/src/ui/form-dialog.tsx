import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { hasExpired } from '../api/session.ts';
import { isSignInNeeded } from '../api/sign-in-again.ts';
import { Expired } from '../shell/session-bar.tsx';
import { Dialog } from './dialog.tsx';

interface FormDialogProps {
  title: string;
  /** Whether everything required was typed. */
  canSend?: boolean;
  /** Performs the action of the dialog. @returns whether it succeeded */
  onSend: () => Promise<boolean>;
  onClose: () => void;
  children: ComponentChildren;
}

/**
 * A dialog whose form performs an action. It disappears during the action, so that progress and outcome are visible. If
 * the action failed because the token expired, it comes back with what was typed, to be sent again after a new sign-in.
 */
export function FormDialog({ title, canSend = true, onSend, onClose, children }: FormDialogProps) {
  const isSent = useSignal(false);
  const isThere = useRef(true);
  useEffect(
    () => () => {
      isThere.current = false;
    },
    [],
  );
  const send = async () => {
    isSent.value = true;
    const isDone = await onSend();
    // Another dialog may be open now.
    if (!isThere.current) return;
    if (!isDone && hasExpired.peek()) isSent.value = false;
    else onClose();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    // If the token has expired, everything stays.
    if (canSend && !isSignInNeeded()) void send();
  };
  if (isSent.value) return null;
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        <div role="alert">{hasExpired.value && <Expired />}</div>
        {children}
      </form>
    </Dialog>
  );
}
