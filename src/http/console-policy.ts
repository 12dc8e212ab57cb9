/** What the page of the console may load, run and ask (Content Security Policy 3). */

/**
 * Of the page that was asked for at `requestUrl`.
 *
 * @param others origins that it may ask besides its own: those of the provider, and where the start script listens
 */
export function consolePolicy(requestUrl: string, others: readonly string[]): string {
  const { protocol, host } = new URL(requestUrl);
  // Safari before 17.4 does not count a socket of the same host as 'self'.
  const sockets = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}`;
  const asked = ["'self'", sockets, ...others];
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
