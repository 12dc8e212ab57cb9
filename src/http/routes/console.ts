/**
 * The console, without identity (CONTRACT 5): one page for all its paths, and what the page needs before sign-in. The
 * platform itself serves the console's files, which are static assets; for a missing file it answers 404.
 */

import { describe, NOT_MODIFIED } from '#describe';
import { ConsoleConfig } from '../../contract/console.ts';
import { readAsset } from '../assets.ts';
import { providerOrigins } from '../console-provider.ts';
import { consoleConfig } from '../console-settings.ts';
import { factory } from '../factory.ts';
import { noQuery } from '../input.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';

export const consolePages = factory.createApp();

consolePages.use('/console/config.json', methods('GET', 'HEAD', 'OPTIONS'));
consolePages.get(
  '/console/config.json',
  describe({
    id: 'getConsoleConfig',
    tag: 'Service',
    summary: 'How the console signs people in, and how often it may ask',
    answers: { 200: { description: 'Its settings.', schema: ConsoleConfig, headers: ['ETag'] }, 304: NOT_MODIFIED },
    problems: ['misconfigured'],
  }),
  noQuery,
  (c) => replyJson(c, consoleConfig(c.env)),
);

// Paths of the console: its script knows which screen belongs to each.
consolePages.use('/console/*', methods('GET', 'HEAD', 'OPTIONS'));
consolePages.get('/console/*', async (c) => {
  const { oidc, local } = consoleConfig(c.env);
  const provider = oidc === null ? [] : await providerOrigins(oidc.issuer);
  const policy = consolePolicy(c.req.url, local === null ? provider : [...provider, local]);
  const html = await (await readAsset(c.env.ASSETS, 'pages/console.html')).text();
  return c.html(html, 200, { 'Content-Security-Policy': policy, 'Cache-Control': 'no-cache' });
});

/**
 * What the page at `requestUrl` may load, run and send requests to (Content Security Policy 3).
 *
 * @param others origins that the page may also send requests to: the provider's, and the listener of the start script
 */
function consolePolicy(requestUrl: string, others: readonly string[]): string {
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
