/** Starts the console: reads its settings, signs in by a one-time code in the address, then renders. */

import { render } from 'preact';
import type { Schema } from './api/paths.ts';
import { arrive, provider, takeArrival } from './api/provider.ts';
import { pollEvery } from './api/query.ts';
import { signIn, tokenForOnce } from './api/sign-in.ts';
import { App } from './shell/app.tsx';
import { takeFragment } from './shell/router.ts';
import { applyTheme } from './shell/theme.ts';
import { language } from './texts/texts.ts';

/** Polling interval if the settings cannot be loaded. */
const DEFAULT_POLL_S = 10;

applyTheme();
document.documentElement.lang = language.value;
const root = document.getElementById('app');
if (root) void start(root);

async function start(root: Element): Promise<void> {
  // Before the first await: codes must stay in the address as briefly as possible.
  const once = /^once=(.+)$/.exec(takeFragment())?.[1];
  const arrival = takeArrival();
  const config = await settings();
  pollEvery(1000 * Math.max(1, config?.poll_s ?? DEFAULT_POLL_S));
  const local = once === undefined ? null : (config?.local ?? null);
  const isOnceRefused = local !== null && !(await isLetIn(local, once ?? ''));
  provider.value = config?.oidc ?? null;
  if (local === null && provider.value !== null) void arrive(arrival);
  render(<App isOnceRefused={isOnceRefused} />, root);
}

async function isLetIn(local: string, once: string): Promise<boolean> {
  try {
    await signIn(await tokenForOnce(local, once));
    return true;
  } catch {
    return false;
  }
}

/** Null: they cannot be loaded. Then the user pastes a token, and the first request shows what is wrong. */
async function settings(): Promise<Schema<'ConsoleConfig'> | null> {
  try {
    const response = await fetch('/console/config.json');
    return response.ok ? ((await response.json()) as Schema<'ConsoleConfig'>) : null;
  } catch {
    return null;
  }
}
