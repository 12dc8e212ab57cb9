/** The switch that takes the app off the network: requests fail as they do without one, and the client is told so. */

import type { Lifecycle } from '@freshet/client';
import { told } from './told.ts';

/** Whether the switch is on. */
export const isSwitchedOff = told(false);

/** `fetch`, unless the switch is on. */
export const lineFetch: typeof fetch = (input, init) =>
  isSwitchedOff.get() ? Promise.reject(new TypeError('switched off')) : fetch(input, init);

/** What the client is told of the page and of the network: the browser's word, and the switch. */
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
