/** Prevents an action from starting again while it runs. */

import { useSignal } from '@preact/signals';

/** @returns whether the action runs, and a function that runs it unless it already does */
export function useBusy(): [isBusy: boolean, during: (work: () => Promise<unknown>) => void] {
  const isBusy = useSignal(false);
  const during = (work: () => Promise<unknown>) => {
    if (isBusy.peek()) return;
    isBusy.value = true;
    void work().finally(() => {
      isBusy.value = false;
    });
  };
  return [isBusy.value, during];
}
