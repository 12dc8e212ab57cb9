/** Pages that follow a cache in a real Chromium, by the very code of docs/sync.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Chromium } from '../../scripts/browser/chromium.ts';
import { Site } from '../../scripts/browser/site.ts';
import { PROJECT } from '../../scripts/lib/wrangler.ts';
import { isThere } from '../../scripts/test/needs.ts';
import { Api } from '../e2e/support/api.ts';
import { Service } from '../e2e/support/service.ts';
import { SlowOrigin } from '../e2e/support/slow-origin.ts';

/** How long a page is watched that is not to ask again, ms. */
const WATCHED_MS = 5000;

/** The function of this name in docs/sync.md. */
function documented(name: string): string {
  const text = readFileSync(join(PROJECT, 'docs/sync.md'), 'utf8');
  const code = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, block = '']) => block);
  const found = code.find((block) => block.startsWith(`async function ${name}(`));
  if (found === undefined) throw new Error(`docs/sync.md has no function ${name}`);
  return found;
}

describe.skipIf(!isThere('browser'))('a page in Chromium', () => {
  let service: Service;
  let origin: SlowOrigin;
  let chromium: Chromium;
  /** Of another origin than the service: what its pages ask is subject to CORS. */
  let site: Site;
  let user: Api;
  let token: string;

  beforeAll(async () => {
    [service, origin, chromium, site] = await Promise.all([
      Service.start({ env: { DEMO: '0', RATE_LIMITS: 'off' } }),
      SlowOrigin.start(0),
      Chromium.start(),
      Site.start(),
    ]);
    token = await service.token('alice');
    user = await Api.of(service, token);
  }, 180_000);
  afterAll(async () => {
    await chromium?.stop();
    await service?.stop();
    await Promise.all([origin?.stop(), site?.stop()]);
  }, 60_000);

  /** A table of one row, which is another at each load; loaded once. */
  async function table(title: string): Promise<string> {
    const admin = user.as(await service.token('root', { scope: 'cache:admin' }));
    const definition = {
      origin: { url: `${origin.url}/${title}` },
      tables: [{ name: 'items', rows: '/items', columns: ['id', 'path', 'answer'] }],
    };
    expect((await admin.call(`resources/${title}/`, { method: 'PUT', body: definition })).status).toBe(201);
    await refresh(title);
    return `${service.url}/api/v1/rpc/${title}/`;
  }

  async function refresh(title: string): Promise<void> {
    const answer = await user.call('cache/refresh/', {
      method: 'POST',
      body: { resource_title: title },
      headers: { Prefer: 'wait=30' },
    });
    expect(answer.json).toMatchObject({ task_state: 'SUCCESS' });
  }
  const loads = (title: string) => origin.requests.filter((path) => path === `/${title}`).length;

  /** The page's requests of data, without preflights. */
  function requestsOf(page: Page): Request[] {
    const requests: Request[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/rpc/') && request.method() === 'GET') requests.push(request);
    });
    return requests;
  }

  /** Runs a loop of docs/sync.md in the page; what it tells its listener is collected there. */
  async function run(page: Page, code: string, name: string, url: string): Promise<void> {
    const [address, bearer] = [JSON.stringify(url), JSON.stringify(token)];
    await page.evaluate(
      `(() => { ${code}; globalThis.told = []; void ${name}(${address}, ${bearer}, (...told) => globalThis.told.push(told)).catch((error) => globalThis.told.push(String(error))); })()`,
    );
  }
  const told = (page: Page) => page.evaluate<unknown[][]>('globalThis.told');
  const toldCount = (page: Page) => expect.poll(async () => (await told(page)).length, { timeout: 20_000 });

  it.each<[string, (code: string) => string]>([
    ['by-the-loop-of-docs', (code) => code],
    ['by-the-same-loop-through-the-cache', (code) => code.replace("cache: 'no-store', ", '')],
    ['by-the-same-loop-with-no-cache', (code) => code.replace("'no-store'", "'no-cache'")],
  ])('follows a cache %s with two requests and no load, and gets each change', async (title, change) => {
    const url = await table(title);
    const page = await chromium.page(site.url);
    const requests = requestsOf(page);
    await run(page, change(documented('follow')), 'follow', url);
    await toldCount(page).toBe(1);
    await expect.poll(() => requests.length).toBe(2);
    // That nothing more is asked has no event to wait for.
    await sleep(WATCHED_MS);
    expect([requests.length, loads(title)]).toEqual([2, 1]);

    await refresh(title);
    await toldCount(page).toBe(2);
    expect((await told(page)).map(([, isDelta]) => isDelta)).toEqual([false, true]);
    const [, [delta]] = (await told(page)) as [unknown, [{ insert_rows: unknown[]; delete_ids: unknown[] }[]]];
    expect(delta).toEqual([{ name: 'items', insert_rows: [[2, 1, `/${title}`, expect.any(Number)]], delete_ids: [1] }]);
    expect(loads(title)).toBe(2);
  });

  it('sends max-age=0 with an If-None-Match of its own, which is why that is not heeded', async () => {
    const url = await table('unasked');
    const page = await chromium.page(site.url);
    const requests = requestsOf(page);
    const [address, bearer] = [JSON.stringify(url), JSON.stringify(`Bearer ${token}`)];
    await page.evaluate(
      `fetch(${address}, { headers: { Authorization: ${bearer}, 'If-None-Match': '"x"' } }).then((a) => a.text())`,
    );
    expect(await requests[0]?.allHeaders()).toMatchObject({ 'cache-control': 'max-age=0', 'if-none-match': '"x"' });
    expect(loads('unasked')).toBe(1);
  });

  it('gets a delta between named versions, though the browser has stored the full table', async () => {
    const url = await table('named');
    await refresh('named');
    const page = await chromium.page(site.url);
    const ask = (headers: object) =>
      page.evaluate<[number, string | null]>(
        `fetch(${JSON.stringify(url)}, { headers: ${JSON.stringify({ Authorization: `Bearer ${token}`, ...headers })} }).then(async (a) => { await a.text(); return [a.status, a.headers.get('Content-Version')]; })`,
      );
    expect(await ask({})).toEqual([200, 'v2']);
    for (let time = 0; time < 2; time += 1) {
      expect(await ask({ 'X-Delta': 'v1-last' })).toEqual([200, '"delta v1-v2"']);
      expect(await ask({ 'X-Delta': 'v2-last' })).toEqual([200, '"delta v2-v2"']);
    }
  });

  it('follows a task by EventSource, which does not come back for more once the task has ended', async () => {
    await table('task');
    const answer = await user.call('cache/refresh/', { method: 'POST', body: { resource_title: 'task' } });
    const { task_id: id } = answer.json as { task_id: string };
    const page = await chromium.page(site.url);
    // An EventSource sends no token by itself; a proxy or a service worker would add it.
    await page.setExtraHTTPHeaders({ Authorization: `Bearer ${token}` });
    const statuses: number[] = [];
    page.on('response', (response) => {
      if (response.request().url().includes('/state/')) statuses.push(response.status());
    });
    const url = JSON.stringify(`${service.url}/api/v1/cache/state/?task_id=${id}`);
    await page.evaluate(
      `(() => { globalThis.told = []; globalThis.source = new EventSource(${url}); source.addEventListener('state', ({ data }) => told.push(JSON.parse(data).task_state)); })()`,
    );
    await expect.poll(() => page.evaluate('source.readyState')).toBe(2);
    expect((await told(page)).at(-1)).toBe('SUCCESS');
    expect(statuses.at(-1)).toBe(204);
    const asked = statuses.length;
    // That it does not come back has no event to wait for.
    await sleep(WATCHED_MS);
    expect([statuses.length, (await told(page)).filter((state) => `${state}` === 'SUCCESS')]).toEqual([
      asked,
      ['SUCCESS'],
    ]);
  });

  it('may send what tracing adds, and sees 404', async () => {
    const page = await chromium.page(site.url);
    const headers = { Authorization: `Bearer ${token}`, traceparent: '00-1-1-00', 'x-datadog-trace-id': '1' };
    for (const path of ['/api/v1/rpc/none/', '/api/v1/nowhere/']) {
      const url = JSON.stringify(`${service.url}${path}`);
      const status = `fetch(${url}, { headers: ${JSON.stringify(headers)} }).then(({ status }) => status)`;
      expect(await page.evaluate(status)).toBe(404);
    }
  });

  it('listens to versions by the reader of docs/sync.md', async () => {
    const url = await table('listen');
    const page = await chromium.page(site.url);
    await run(page, documented('listen'), 'listen', url);
    await toldCount(page).toBe(1);
    await refresh('listen');
    await toldCount(page).toBe(2);
    expect(await told(page)).toMatchObject([[{ version: 1 }], [{ version: 2, inserted: 1, deleted: 1 }]]);
  });
});
