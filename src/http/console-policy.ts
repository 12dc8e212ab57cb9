/** What the console's page may load, run and send requests to (Content Security Policy 3). */

/**
 * The policy for the page at `requestUrl`.
 *
 * @param others origins that the page may also send requests to: the provider's, and the listener of the start script
 */
export function consolePolicy(requestUrl: string, others: readonly string[]): string {
  const { protocol, host } = new URL(requestUrl);
  // Before version 17.4, Safari does not treat a socket of the same host as 'self'.
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
