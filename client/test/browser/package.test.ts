/** The scripts of the package as npm publishes them, in a worker of a real browser. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Chromium } from '../../../scripts/browser/chromium.ts';
import { Site } from '../../../scripts/browser/site.ts';
import { entriesOf, readManifest } from '../../../scripts/client/manifest.ts';
import { isThere } from '../../../scripts/test/needs.ts';
import { type PackedClient, packedClient } from '../support/packed-client.ts';

/** What a worker's script reports about the import of the script that its address names. */
const PROBE = `
  const before = new Set(Object.getOwnPropertyNames(globalThis));
  import(new URL(import.meta.url).searchParams.get('script')).then(
    (entry) => postMessage({ names: Object.keys(entry), added: Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name)) }),
    (error) => postMessage(String(error)),
  );
`;

/** Entries for apps that have a peer: its bare name leads nowhere without a bundler. */
const standing = entriesOf(readManifest()).filter(({ source }) => !/from '[^.]/.test(readFileSync(source, 'utf8')));

describe.skipIf(!isThere('browser'))('the package in a worker', () => {
  let client: PackedClient;
  let chromium: Chromium;
  let site: Site;
  let page: Page;

  beforeAll(async () => {
    [client, chromium] = await Promise.all([packedClient(), Chromium.start()]);
    const scripts = client.packed.files.filter((file) => file.endsWith('.js'));
    const read = (file: string) => readFileSync(join(client.folder, file));
    site = await Site.start({
      files: { '/probe.js': PROBE, ...Object.fromEntries(scripts.map((file) => [`/${file}`, read(file)])) },
    });
    page = await chromium.page(site.url);
  });
  afterAll(async () => {
    await chromium?.stop();
    await site?.stop();
    client?.remove();
  });

  it.each(standing)('imports "$subpath", which adds no global', async ({ name }) => {
    const told = page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const worker = new Worker(url, { type: 'module' });
          worker.addEventListener('message', ({ data }) => resolve(data));
          worker.addEventListener('error', ({ message }) => resolve(message));
        }),
      `/probe.js?script=/dist/${name}.js`,
    );
    expect(await told).toEqual({ names: expect.arrayContaining([expect.any(String)]), added: [] });
  });
});
