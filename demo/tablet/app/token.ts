/**
 * The token of the signed-in user. It is in `sessionStorage`, so that a reload does not ask for it again, and ends with
 * the tab. It must not outlive the browser, because a token gives access to more than this device holds. (A cookie
 * that scripts cannot read would be better, but the service would have to be on the app's own site.) Other tabs ask
 * this one.
 */

const KEY = 'tablet.token';
/** How long other tabs have to send theirs. */
const PATIENCE_MS = 300;

type Message = { kind: 'wanted' } | { kind: 'token'; token: string } | { kind: 'out' };

const channel = new BroadcastChannel('tablet.session');

/** This tab's token; null: none. */
export function ownToken(): string | null {
  return sessionStorage.getItem(KEY);
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
  send({ kind: 'token', token });
}

/** Drops the token in this tab or, with `everywhere`, in all tabs. */
export function dropToken(everywhere: boolean): void {
  sessionStorage.removeItem(KEY);
  if (everywhere) send({ kind: 'out' });
}

/** The token of this tab or, if it has none, of another one. */
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

/** Follows the other tabs: `came` is called for a new token, `out` when they drop it. */
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
 * The token in the address that `npm start` prints: `#token=…`. Browsers send no fragment to a server, so it appears in
 * no log, and it is removed from the address first of all. Suitable for a service on the user's own machine, whose
 * token lasts a day; elsewhere users sign in.
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
