import { useSignal } from '@preact/signals';
import { common } from '../texts/common.ts';

/** Copies a text. Where the browser gives no clipboard, as over plain http, the text stands there to be marked. */
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

/** A command, or a text like one, that is to be copied. */
export function Command({ text }: { text: string }) {
  return (
    <p class="command">
      <code>{text}</code> <Copy text={text} />
    </p>
  );
}
