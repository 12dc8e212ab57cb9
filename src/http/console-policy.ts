/** What the page of the console may load, run and ask (Content Security Policy 3). */

/** Of the page that was asked for at `requestUrl`; `local`: where the start script listens, null: nowhere. */
export function consolePolicy(requestUrl: string, local: string | null): string {
  const { protocol, host } = new URL(requestUrl);
  // Safari before 17.4 does not count a socket of the same host as 'self'.
  const sockets = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}`;
  const asked = ["'self'", sockets, ...(local === null ? [] : [local])];
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src ${asked.join(' ')}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}
