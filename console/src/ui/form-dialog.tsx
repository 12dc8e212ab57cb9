import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { hasExpired } from '../api/session.ts';
import { isSignInNeeded } from '../api/sign-in-again.ts';
import { Expired } from '../shell/session-bar.tsx';
import { Dialog } from './dialog.tsx';

interface FormDialogProps {
  title: string;
  /** Whether all is typed that is needed. */
  canSend?: boolean;
  /** Does what the dialog is for; whether it succeeded. */
  onSend: () => Promise<boolean>;
  onClose: () => void;
  children: ComponentChildren;
}

/**
 * A dialog whose form does something. It gives way while that goes on, so that its progress and its end are seen. Where it
 * failed and the token is over, it comes back with what was typed, to be sent again after a new sign-in.
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
    // Another one may have been opened in its place.
    if (!isThere.current) return;
    if (!isDone && hasExpired.peek()) isSent.value = false;
    else onClose();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    // With a token that is over, all stays as it is.
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
