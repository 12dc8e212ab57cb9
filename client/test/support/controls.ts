/** What a test does to a page in place of a user, a network or a browser. */

import type { BrowserContext, CDPSession, Page } from 'playwright-core';

/** Ends the process of this tab as a lack of memory does; other tabs go on. */
export async function crash(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash');
  const session = await devtools(page);
  // Its answer never comes.
  void session.send('Page.crash').catch(() => undefined);
  await crashed;
}

/** Puts the tab behind others, or back in front: its `visibilityState`, events and timers are what the browser makes of that. */
export async function setVisible(page: Page, isVisible: boolean): Promise<void> {
  if (!isVisible) {
    const session = await devtools(page);
    const { windowId } = await session.send('Browser.getWindowForTarget');
    await session.send('Browser.setWindowBounds', { windowId, bounds: { windowState: 'minimized' } });
  }
  await pretendFocus(page, isVisible);
}

/** Hides the tab; its timers and callbacks stand still until `thaw`, as in one that was long in the background. */
export async function freeze(page: Page): Promise<void> {
  await setVisible(page, false);
  await (await devtools(page)).send('Page.setWebLifecycleState', { state: 'frozen' });
}

/** Ends `freeze`: somebody looks at the tab again. */
export async function thaw(page: Page): Promise<void> {
  await (await devtools(page)).send('Page.setWebLifecycleState', { state: 'active' });
  await setVisible(page, true);
}

/** The part of Playwright that keeps each tab visible, whatever is told the browser; only its own session can end that. */
interface Driver {
  _connection: {
    toImpl(page: Page): { delegate: { _mainFrameSession: { _client: Pick<CDPSession, 'send'> } } };
  };
}

async function pretendFocus(page: Page, enabled: boolean): Promise<void> {
  const { delegate } = (page as unknown as Driver)._connection.toImpl(page);
  await delegate._mainFrameSession._client.send('Emulation.setFocusEmulationEnabled', { enabled });
}

/** The room that this page's origin has, bytes; null: as it comes. The store compresses: fill it with random bytes. */
export async function setQuota(page: Page, bytes: number | null): Promise<void> {
  const session = await devtools(page);
  const quota = bytes === null ? {} : { quotaSize: bytes };
  await session.send('Storage.overrideQuotaForOrigin', { origin: originOf(page), ...quota });
}

/** Removes all that this page's origin has stored, while it is open, as a user does in the browser's settings. */
export async function clearStorage(page: Page): Promise<void> {
  const session = await devtools(page);
  await session.send('Storage.clearDataForOrigin', { origin: originOf(page), storageTypes: 'all' });
}

/**
 * Sends a push message to the page's service worker, which must be registered.
 *
 * @param text what `event.data.text()` gives
 */
export async function push(page: Page, text: string): Promise<void> {
  const session = await devtools(page);
  const registered = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find(({ scopeURL }) => scopeURL === `${originOf(page)}/`);
      if (own !== undefined) resolve(own.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  const registrationId = await registered;
  await session.send('ServiceWorker.deliverPushMessage', { origin: originOf(page), registrationId, data: text });
}

/** Whether the tabs of a profile have a network. Requests under way fail. */
export function setOffline(profile: BrowserContext, isOffline: boolean): Promise<void> {
  return profile.setOffline(isOffline);
}

/** Sessions last as long as their page: what one has set ends with it. */
const sessions = new WeakMap<Page, Promise<CDPSession>>();

/** The protocol of the developer tools for this page. */
export function devtools(page: Page): Promise<CDPSession> {
  let session = sessions.get(page);
  if (session === undefined) {
    session = page.context().newCDPSession(page);
    sessions.set(page, session);
  }
  return session;
}

function originOf(page: Page): string {
  return new URL(page.url()).origin;
}
