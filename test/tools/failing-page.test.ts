/** /docs/failing in a real Chromium: each cache that fails is shown with what an operator does next. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Chromium } from '../../scripts/browser/chromium.ts';
import { isThere } from '../../scripts/test/needs.ts';
import { Api } from '../e2e/support/api.ts';
import { Service } from '../e2e/support/service.ts';

describe.skipIf(!isThere('browser'))('the page of what fails', () => {
  let service: Service;
  let chromium: Chromium;

  beforeAll(async () => {
    [service, chromium] = await Promise.all([Service.start({ env: { DEMO: '0' } }), Chromium.start()]);
  }, 180_000);
  afterAll(async () => {
    await chromium?.stop();
    await service?.stop();
  }, 60_000);

  it('shows each failing cache with its steps, and says why where it may not', async () => {
    const token = await service.token('root', { scope: 'cache:admin cache:refresh' });
    const admin = await Api.of(service, token);
    const definition = { origin: { url: 'http://127.0.0.1:9/' }, retry: { max_attempts: 1 } };
    expect((await admin.call('resources/closed/', { method: 'PUT', body: definition })).status).toBe(201);
    const refresh = { method: 'POST', body: { resource_title: 'closed' }, headers: { Prefer: 'wait=30' } };
    expect((await admin.call('cache/refresh/', refresh)).json).toMatchObject({ task_state: 'FAILURE' });

    const page = await chromium.page(`${service.url}/docs/failing`);
    const ask = (text: string) =>
      page.evaluate(
        `document.querySelector('#token').value = ${JSON.stringify(text)}; document.querySelector('#ask').requestSubmit()`,
      );
    const said = () => page.evaluate<string>("document.querySelector('#said').textContent");
    await ask('no-token');
    await expect.poll(said).toContain('A valid token is needed');
    await ask(token);
    await expect.poll(said).toBe('1 fail.');
    const shown = await page.evaluate<string>("document.querySelector('#caches').textContent");
    for (const text of [
      'closed {}',
      'Nothing accepts connections at 127.0.0.1:9.',
      '1 in a row',
      'Do: Correct the scheme, host and port',
    ]) {
      expect(shown).toContain(text);
    }
  });
});
