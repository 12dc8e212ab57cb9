/** What the service says about unknown members, in queries and bodies: which one was probably meant. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/ports/entry.ts';
import { admin, alice, defineResource, faultsOf } from '../support/admin.ts';
import { Client } from '../support/client.ts';
import { unique } from '../support/entries.ts';

const URL_OF_ERP = 'https://erp.example.com/';
// biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition names a secret
const HOOK = { url: 'http://127.0.0.1:9/hook', secrets: ['${ORIGIN_TEST_HOOK}'] };

describe('a member that is not known', () => {
  it.each<[string, string, Json, string]>([
    [
      'PUT',
      '/resources/x/',
      { origin: { url: URL_OF_ERP }, ttl: 5 },
      '/ttl is not known here; perhaps "ttl_s" is meant',
    ],
    [
      'PUT',
      '/resources/x/',
      { origin: { url: URL_OF_ERP, timeout: 5 } },
      '/origin/timeout is not known here; perhaps "timeout_s" is meant',
    ],
    ['PUT', '/sources/x/', { url: URL_OF_ERP, header: {} }, '/header is not known here; perhaps "headers" is meant'],
    ['PUT', '/webhooks/x/', { ...HOOK, event: [] }, '/event is not known here; perhaps "events" is meant'],
    ['POST', '/resources/x/probe/', { paramters: {} }, '/paramters is not known here; perhaps "parameters" is meant'],
    [
      'POST',
      '/resources/x/probe/',
      { definition: { orgin: { url: URL_OF_ERP } } },
      '/definition/orgin is not known here; perhaps "origin" is meant',
    ],
    ['GET', '/resources/?serach=x', null, '/serach is not known here; perhaps "search" is meant'],
    ['GET', '/caches/?resource=x', null, '/resource is not known here; perhaps "resource_title" is meant'],
    [
      'GET',
      '/actions/?colour=red',
      null,
      '/colour is not known here; known are "limit", "cursor", "user", "action", "since"',
    ],
    [
      'POST',
      '/resources/x/probe/',
      { rows: 1 },
      '/rows is not known here; known are "definition", "parameters", "user"',
    ],
    [
      'PUT',
      '/sources/x/',
      { url: URL_OF_ERP, auth: { bearer: 'x' } },
      '/auth/bearer is not known here; known are "basic", "oauth2", "query"',
    ],
  ])('names the one that was meant: %s %s %j', async (method, path, body, fault) => {
    const type = { 'Content-Type': 'application/json' };
    const answer = await (body === null
      ? admin.send(method, path)
      : admin.send(method, path, type, JSON.stringify(body)));
    expect(await faultsOf(answer)).toContain(fault);
  });

  it.each([
    ['/catalog/?limit=x&limit=y', '/limit must not be repeated'],
    ['/cache/?expand=x', '/expand must be "resource"'],
    ['/actions/?since=x', '/since must be a time such as 2026-11-23T19:14:36Z'],
    [`/resources/?search=${'x'.repeat(129)}`, '/search must have at most 128 characters'],
    ['/stats/?figure=load&from=2999-01-01T00:00:00Z', '/from must be before "to", which is now if left out'],
  ])('is not what is wrong with GET %s, which is told once: %s', async (path, fault) => {
    const inspector = new Client({ user: 'ida', scope: 'cache:read cache:inspect' });
    expect(await faultsOf(await inspector.get(path))).toEqual([fault]);
  });

  it('is not what is wrong with a question about too many caches', async () => {
    const answer = await alice.post('/sync/', { caches: Array.from({ length: 101 }, () => ({ id: 'a' })) });
    expect(await faultsOf(answer)).toEqual(['/caches must have at most 100 items']);
  });

  it('does so in questions about many caches, of the whole and of an item', async () => {
    const whole = await alice.post('/sync/', { caches: [], inline: 0 });
    expect(await faultsOf(whole)).toEqual(['/inline is not known here; perhaps "inline_bytes" is meant']);
    const { title } = await defineResource();
    const answer = await alice.post('/sync/', { caches: [{ id: 'a', resource_title: title, etags: '' }] });
    const { caches } = await answer.json<{ caches: { problem: { errors: unknown[] } }[] }>();
    expect(caches[0]?.problem.errors).toEqual([
      { pointer: '/etags', detail: 'is not known here; perhaps "etag" is meant' },
    ]);
  });

  it('stands in the detail, too, and changes nothing', async () => {
    const title = unique('r');
    const answer = await admin.put(`/resources/${title}/`, { origin: { url: URL_OF_ERP }, ttl: 5, colour: 1 });
    expect(await answer.json()).toMatchObject({
      detail: '/ttl is not known here; perhaps "ttl_s" is meant.',
      errors: [{ pointer: '/ttl' }, { pointer: '/colour', detail: 'is not known here' }],
    });
    expect((await admin.get(`/resources/${title}/`)).status).toBe(404);
  });
});
