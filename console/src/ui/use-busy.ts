/** Keeps an action from being begun again while it runs. */

import { useSignal } from '@preact/signals';

/** Whether it runs, and what runs it unless it does. */
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
