/**
 * The token of whoever is signed in. It lies in `sessionStorage`, so that a reload does not ask for it again, and it goes with
 * the tab. It is in nothing that outlives the browser: a token opens more than this device holds. (A cookie that scripts
 * cannot read would be better still; for that the service would have to be on the app's own site.) Other tabs ask this one.
 */

const KEY = 'tablet.token';
/** How long other tabs have to tell theirs. */
const PATIENCE_MS = 300;

type Message = { kind: 'wanted' } | { kind: 'token'; token: string } | { kind: 'out' };

const channel = new BroadcastChannel('tablet.session');

/** What this tab has; null: nothing. */
export function ownToken(): string | null {
  return sessionStorage.getItem(KEY);
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
  send({ kind: 'token', token });
}

/** In this tab and, if `everywhere`, in all. */
export function dropToken(everywhere: boolean): void {
  sessionStorage.removeItem(KEY);
  if (everywhere) send({ kind: 'out' });
}

/** The token of this tab or, where it has none, of another one. */
export async function findToken(): Promise<string | null> {
  const own = ownToken();
  if (own !== null) return own;
  send({ kind: 'wanted' });
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PATIENCE_MS);
  const hear = () => ownToken() !== null && resolve();
  channel.addEventListener('message', hear);
  await promise;
  clearTimeout(timer);
  channel.removeEventListener('message', hear);
  return ownToken();
}

/** Follows the other tabs: a token that one of them has got, and its end. */
export function followTabs({ came, out }: { came(): void; out(): void }): void {
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    const own = ownToken();
    if (data.kind === 'wanted' && own !== null) send({ kind: 'token', token: own });
    else if (data.kind === 'token' && data.token !== own) {
      sessionStorage.setItem(KEY, data.token);
      came();
    } else if (data.kind === 'out') {
      dropToken(false);
      out();
    }
  });
}

/**
 * The token in the address that `npm start` prints: `#token=…`. A fragment is sent to no server and stands in no log, and the
 * address loses it before anything else is done. Good for a service on one's own machine, whose token lasts a day; elsewhere
 * people sign in.
 */
export function takeTokenOfAddress(): string | null {
  const [, token] = /^#token=([!-~]+)$/.exec(location.hash) ?? [];
  if (token === undefined) return null;
  history.replaceState(null, '', location.pathname);
  return token;
}

function send(message: Message): void {
  channel.postMessage(message);
}
