/**
 * The switch that takes the app offline: requests fail as without a network, and the client is told. Like a network, it
 * affects all tabs of the device, including those that are opened or reloaded later.
 */

import type { Lifecycle } from '@freshet/client';
import { told } from './told.ts';

const KEY = 'tablet.switched-off';

/** Whether the switch is on. */
export const isSwitchedOff = told(isKeptOn());
isSwitchedOff.subscribe(keep);
// Fires for changes by other tabs only.
window.addEventListener('storage', ({ key }) => (key === KEY || key === null) && isSwitchedOff.set(isKeptOn()));

/** `fetch`, unless the switch is on. */
export const lineFetch: typeof fetch = (input, init) =>
  isSwitchedOff.get() ? Promise.reject(new TypeError('switched off')) : fetch(input, init);

/** The page's visibility and the network's state, as the browser and the switch report them. */
export const lineLifecycle: Lifecycle = {
  isVisible: () => document.visibilityState !== 'hidden',
  isOnline: () => navigator.onLine && !isSwitchedOff.get(),
  listen(heard) {
    const stop = isSwitchedOff.subscribe(heard);
    for (const name of ON_DOCUMENT) document.addEventListener(name, heard);
    for (const name of ON_WINDOW) window.addEventListener(name, heard);
    return () => {
      stop();
      for (const name of ON_DOCUMENT) document.removeEventListener(name, heard);
      for (const name of ON_WINDOW) window.removeEventListener(name, heard);
    };
  },
};

const ON_DOCUMENT = ['visibilitychange', 'freeze', 'resume'];
const ON_WINDOW = ['online', 'offline', 'pageshow'];

function isKeptOn(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

/** If the browser keeps nothing, the switch affects only this tab. */
function keep(): void {
  try {
    if (isSwitchedOff.get()) localStorage.setItem(KEY, '1');
    else localStorage.removeItem(KEY);
  } catch {}
}
