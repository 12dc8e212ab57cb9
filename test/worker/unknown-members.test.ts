/** What the service says about unknown members, in queries and bodies: which one was probably meant. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/ports/entry.ts';
import { admin, alice, defineResource, faultsOf } from '../support/admin.ts';
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
    ['GET', '/actions/?colour=red', null, '/colour is not known here'],
  ])('names the one that was meant: %s %s %j', async (method, path, body, fault) => {
    const type = { 'Content-Type': 'application/json' };
    const answer = await (body === null
      ? admin.send(method, path)
      : admin.send(method, path, type, JSON.stringify(body)));
    expect(await faultsOf(answer)).toContain(fault);
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
