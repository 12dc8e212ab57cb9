/** The app's files on the device: the service worker that opens it offline, updates, and installation. */

import { told } from './told.ts';

/** `kept`: it opens offline. `none`: the browser cannot keep it, or refuses. */
export const shell = told<'unknown' | 'kept' | 'none'>('unknown');
/** Switches to the next version; null: there is none. */
export const takeNext = told<(() => void) | null>(null);
/** Offers the installation; null: the browser does not support it, or it is done. */
export const install = told<(() => void) | null>(null);

interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

export function keepShell(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    install.set(() => {
      install.set(null);
      void (event as InstallEvent).prompt();
    });
  });
  addEventListener('appinstalled', () => install.set(null));
  if ('serviceWorker' in navigator) follow().catch(() => shell.set('none'));
  else shell.set('none');
}

async function follow(): Promise<void> {
  const { serviceWorker } = navigator;
  const hadOne = serviceWorker.controller !== null;
  let isTaken = false;
  serviceWorker.addEventListener('controllerchange', () => {
    // The first worker takes over a page that already has its version.
    if (hadOne && !isTaken) location.reload();
    isTaken = true;
  });
  const registration = await serviceWorker.register('worker.js', { updateViaCache: 'none' });
  const look = () => {
    const { waiting } = registration;
    if (waiting !== null && hadOne) takeNext.set(() => waiting.postMessage('take over'));
  };
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look));
  look();
  await serviceWorker.ready;
  shell.set('kept');
}
