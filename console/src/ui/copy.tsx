import { useSignal } from '@preact/signals';
import { common } from '../texts/common.ts';

/** Copies a text. If the browser offers no clipboard, as over plain http, shows the text to be selected. */
export function Copy({ text, label }: { text: string; label?: string }) {
  const isCopied = useSignal(false);
  if (!navigator.clipboard) return null;
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => {
        isCopied.value = true;
      },
      () => undefined,
    );
  };
  return (
    <button type="button" class="small quiet" onClick={copy} aria-label={label}>
      {isCopied.value ? common().copied : common().copy}
    </button>
  );
}

/** A command or similar text, with a copy button. */
export function Command({ text }: { text: string }) {
  return (
    <p class="command">
      <code>{text}</code> <Copy text={text} />
    </p>
  );
}
