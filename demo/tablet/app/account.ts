/**
 * The user who is signed in on this device, and the client that keeps this user's copy. The user's name outlives the
 * browser, so that the app opens offline; the token does not (token.ts).
 */

import { type Client, createClient } from '@freshet/client';
import { type Journal, journal } from './journal.ts';
import { lineFetch, lineLifecycle } from './line.ts';
import { LISTINGS } from './listings.ts';
import { API, whoami } from './service.ts';
import { dropToken, findToken, followTabs, keepToken, takeTokenOfAddress } from './token.ts';
import { told } from './told.ts';

const KEY = 'tablet.user';
const DEVICE_KEY = 'tablet.device';

/** A signed-in user, with the client of this device. */
export interface Account {
  user: string;
  client: Client;
  journal: Journal;
}

/** Null: nobody is signed in. */
export const account = told<Account | null>(null);
/** Why the last sign-in failed, as a text for the user; null: it did not. */
export const signInFault = told<string | null>(null);
/** Whether a token is being checked. */
export const isSigningIn = told(false);

/** Starts with the user who was signed in last, or with the token in the address. */
export function start(): void {
  const arrive = () => {
    const token = takeTokenOfAddress();
    if (token !== null) void signIn(token);
  };
  followTabs({
    came: () => (account.get() === null ? open(localStorage.getItem(KEY)) : account.get()?.client.resume()),
    out: () => {
      account.set(null);
      signInFault.set(null);
    },
  });
  // The printed address may be opened while Tablet is already open.
  addEventListener('hashchange', arrive);
  open(localStorage.getItem(KEY));
  arrive();
  // Fetch the token while another tab is there to send it: this tab may be the only one later.
  void findToken();
}

/** Signs in with a token: for the first time, or again after a refusal. */
export async function signIn(token: string): Promise<void> {
  isSigningIn.set(true);
  signInFault.set(null);
  try {
    const user = await whoami(token);
    const known = account.get();
    if (known !== null && known.user !== user) {
      throw new Error(`This token belongs to ${user}, but ${known.user} is signed in: sign out first.`);
    }
    localStorage.setItem(KEY, user);
    keepToken(token);
    if (known === null) open(user);
    else known.client.resume();
  } catch (error) {
    signInFault.set(error instanceof Error ? error.message : String(error));
  } finally {
    isSigningIn.set(false);
  }
}

/** Signs out in all tabs. `wipe`: removes all rows of the user from this device. */
export async function signOut(wipe: boolean): Promise<void> {
  const client = account.get()?.client;
  localStorage.removeItem(KEY);
  await client?.signOut({ wipe });
  account.set(null);
  signInFault.set(null);
  dropToken(true);
}

function open(user: string | null): void {
  if (user === null) return;
  const told = journal();
  const client = createClient({
    url: API,
    user,
    device: deviceName(),
    auth: findToken,
    fetch: lineFetch,
    lifecycle: lineLifecycle,
    onEvent: told.take,
  });
  // These caches are kept up to date, and available offline, whichever is on the screen.
  for (const { title, parameters } of LISTINGS) client.cache(title, parameters, { keep: 'pinned' });
  account.set({ user, client, journal: told });
}

/** The device's name in the console. Made once for all tabs, and kept when a user signs out. */
function deviceName(): string {
  const [number = 0] = crypto.getRandomValues(new Uint16Array(1));
  const name = localStorage.getItem(DEVICE_KEY) ?? `tablet-${number.toString(16).padStart(4, '0')}`;
  localStorage.setItem(DEVICE_KEY, name);
  return name;
}
