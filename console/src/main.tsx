/** The console starts: its settings, a one-time way in if its address has one, then what is shown. */

import { render } from 'preact';
import type { Schema } from './api/paths.ts';
import { pollMs } from './api/query.ts';
import { signIn, tokenForOnce } from './api/sign-in.ts';
import { App } from './shell/app.tsx';
import { takeFragment } from './shell/router.ts';
import { applyTheme } from './shell/theme.ts';
import { language } from './texts/texts.ts';

applyTheme();
document.documentElement.lang = language.value;
const root = document.getElementById('app');
if (root) void start(root);

async function start(root: Element): Promise<void> {
  // Before anything is awaited: the code is to stand in the address no longer than it must.
  const once = /^once=(.+)$/.exec(takeFragment())?.[1];
  const config = await settings();
  if (config !== null) pollMs.value = 1000 * Math.max(1, config.poll_s);
  let isOnceRefused = false;
  if (once !== undefined && config?.local) {
    try {
      await signIn(await tokenForOnce(config.local, once));
    } catch {
      isOnceRefused = true;
    }
  }
  render(<App isOnceRefused={isOnceRefused} />, root);
}

/** Null where they cannot be had: then a token is pasted, and the first request says what is wrong. */
async function settings(): Promise<Schema<'ConsoleConfig'> | null> {
  try {
    const response = await fetch('/console/config.json');
    return response.ok ? ((await response.json()) as Schema<'ConsoleConfig'>) : null;
  } catch {
    return null;
  }
}
