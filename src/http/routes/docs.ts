/**
 * Pages for people, without identity (CONTRACT 5): the API reader, the problem types, and what to do when a cache
 * fails. They are static assets that the build makes (scripts/pages). They load nothing from other hosts: the reader's
 * script and styles are ours, and the policy forbids the rest.
 */

import type { Context } from 'hono';
import { readAsset } from '../assets.ts';
import { type AppEnv, factory } from '../factory.ts';
import { methods } from '../methods.ts';

/** The style sheet of the reader has icons as `data:` images. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

export const docs = factory.createApp();

docs.use('/docs', methods('GET', 'HEAD', 'OPTIONS'));
docs.get('/docs', (c) => page(c, 'pages/reader.html'));

docs.use('/docs/problems', methods('GET', 'HEAD', 'OPTIONS'));
docs.get('/docs/problems', (c) => page(c, 'pages/problems.html'));

docs.use('/docs/failing', methods('GET', 'HEAD', 'OPTIONS'));
docs.get('/docs/failing', (c) => page(c, 'pages/failing.html'));

async function page(c: Context<AppEnv>, asset: string): Promise<Response> {
  const html = await (await readAsset(c.env.ASSETS, asset)).text();
  return c.html(html, 200, { 'Content-Security-Policy': POLICY, 'Cache-Control': 'public, max-age=300' });
}
