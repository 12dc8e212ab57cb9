/** Webhooks as the admin keeps them, and as they come to a receiver by the real queues (CONTRACT 4 "Webhooks"). */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { API_BASE } from '../../src/contract/constants.ts';
import { MAX_WEBHOOKS, type WebhookAnswer, type WebhookTest } from '../../src/contract/webhook.ts';
import { runCron } from '../../src/cron.ts';
import { parseWebhook } from '../../src/flows/admin/manage-webhooks.ts';
import { makeServices } from '../../src/services.ts';
import { admin, defineResource, faultsOf, load, onlyCache } from '../support/admin.ts';
import { Client, sendUnder } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { junk } from '../support/fuzz/values.ts';
import { TestOrigin } from '../support/origin.ts';
import { bearer } from '../support/token.ts';
import { Receiver, removeAll } from '../support/webhooks.ts';

afterEach(removeAll);

const inspector = new Client({ user: 'eve', scope: 'cache:inspect' });
const SECRET = '$' + '{ORIGIN_TEST_HOOK}';
const DEFAULTS = { events: ['cache.changed'], min_interval_s: 0 };
const UNKNOWN = 'is not known here; known are "url", "secrets", "resources", "events", "min_interval_s"';
const OK = { status: 'ok', failing_since: null, next_try: null, disabled_since: null, type: null, reason: null };
const definition = (more = {}) => ({ url: `${inject('originUrl')}/hook`, secrets: [SECRET], ...more });

/** A webhook that is defined over HTTP, with its receiver. */
async function receiverOf(more: object): Promise<Receiver> {
  const receiver = new Receiver();
  await receiver.origin.answer({ status: 204 });
  const put = await admin.put(`/webhooks/${receiver.name}/`, { ...receiver.definition(), ...more });
  expect(put.status).toBe(201);
  return receiver;
}

/** The cron finds a wake-up that was due long ago, as if it had been lost. */
async function wakeLate({ name }: Receiver): Promise<void> {
  await env.DB.prepare('UPDATE webhooks SET wake_at = 1, lease_until = NULL WHERE name = ?').bind(name).run();
  await runCron(
    makeServices(env, () => {}),
    Date.now(),
  );
}

describe('a webhook', () => {
  it('is put, read, listed and deleted; what GET gives can be put back', async () => {
    const name = unique('h');
    const put = await admin.put(`/webhooks/${name}/`, definition());
    const answer = { name, url: definition().url, secrets: [SECRET], ...DEFAULTS, state: OK };
    expect([put.status, await put.json()]).toEqual([201, answer]);
    const got = await inspector.get(`/webhooks/${name}/`);
    expect([got.status, await got.json()]).toEqual([200, answer]);
    expect(got.headers.get('ETag')).toBe(put.headers.get('ETag'));
    const again = await admin.put(`/webhooks/${name}/`, answer);
    expect([again.status, await again.json()]).toEqual([200, answer]);
    const other = await admin.put(`/webhooks/${name}-2/`, definition({ resources: ['cars'] }));
    expect(other.status).toBe(201);
    const listed = await (await inspector.get('/webhooks/')).json<WebhookAnswer[]>();
    const inList = { ...answer, state: { ...OK, waiting: 0 } };
    expect(listed).toEqual([inList, { ...inList, name: `${name}-2`, resources: ['cars'] }]);
    expect((await admin.delete(`/webhooks/${name}/`)).status).toBe(204);
    expect((await admin.delete(`/webhooks/${name}/`)).status).toBe(404);
    expect((await admin.get(`/webhooks/${name}/`)).status).toBe(404);
  });

  it('heeds If-Match and If-None-Match', async () => {
    const path = `/webhooks/${unique('h')}/`;
    const etag = (await admin.put(path, definition())).headers.get('ETag') ?? '';
    expect((await admin.put(path, definition(), { 'If-None-Match': '*' })).status).toBe(412);
    expect((await admin.put(path, definition({ min_interval_s: 1 }), { 'If-Match': '"x"' })).status).toBe(412);
    expect((await admin.get(path, { 'If-None-Match': etag })).status).toBe(304);
    expect((await admin.delete(path, { 'If-Match': '"x"' })).status).toBe(412);
    expect((await admin.delete(path, { 'If-Match': etag })).status).toBe(204);
  });

  it.each([
    [{}, ['/url is required', '/secrets is required']],
    [{ ...definition(), x: 1, y: 2 }, [`/x ${UNKNOWN}`, `/y ${UNKNOWN}`]],
    [definition({ url: 'http://10.0.0.1/' }), ['/url must be https, unless ORIGIN_HOSTS names the host']],
    [definition({ url: 'https://elsewhere.test/' }), ['/url has a host that is not in ORIGIN_HOSTS']],
    [definition({ url: 'https://a:b@x.example.com/' }), ['/url must not hold a user name or password']],
    [definition({ url: 'ftp://x.example.com' }), ['/url must be https']],
    [definition({ url: 'x' }), ['/url must be a URL, such as https://hooks.example.com/freshet']],
    [definition({ url: 'https://x.example.com/\\' }), ['/url must not hold spaces, control characters or backslashes']],
    [definition({ secrets: [] }), ['/secrets must not be empty']],
    [definition({ secrets: ['whsec_abc'] }), [expect.stringMatching(/^\/secrets\/0 must be the name of a secret/)]],
    [definition({ secrets: ['$' + '{JWT_SECRET}'] }), [expect.stringMatching(/^\/secrets\/0 may name only secrets/)]],
    [definition({ secrets: ['$' + '{ORIGIN_HOSTS}'] }), [expect.stringMatching(/^\/secrets\/0 may name only secrets/)]],
    [definition({ secrets: [SECRET, SECRET] }), ['/secrets must not repeat a secret']],
    [definition({ resources: [] }), ['/resources must name a resource; left out, all are meant']],
    [definition({ events: ['cache.read'] }), [expect.stringMatching(/^\/events\/0 must be one of/)]],
    [definition({ min_interval_s: 0.5 }), ['/min_interval_s must be an integer']],
    [definition({ min_interval_s: -1 }), ['/min_interval_s must be at least 0']],
    [definition({ name: 'another' }), ['/name must be the name in the path']],
    [[], [' must be an object']],
  ])('%j is refused, with a pointer to each fault', async (body, faults) => {
    expect(await faultsOf(await admin.put(`/webhooks/${unique('h')}/`, body))).toEqual(faults);
  });

  it('may be signed only where ORIGIN_HOSTS names the host: a bare * is not enough', async () => {
    const headers = { ...(await bearer({ user: 'root', scope: 'cache:admin' })), 'Content-Type': 'application/json' };
    const body = JSON.stringify(definition({ url: 'https://hooks.test/x' }));
    const path = `${API_BASE}/webhooks/${unique('h')}/`;
    const put = (hosts: string) => sendUnder({ ORIGIN_HOSTS: hosts }, path, { method: 'PUT', headers, body });
    for (const hosts of ['', '*']) {
      expect(await faultsOf(await put(hosts))).toEqual([
        '/url is signed with a secret, so ORIGIN_HOSTS must name its host',
      ]);
    }
    expect((await put('*,hooks.test')).status).toBe(201);
  });

  it('is one of 32 at most', async () => {
    for (let n = 0; n < MAX_WEBHOOKS; n += 1) {
      expect((await admin.put(`/webhooks/h-${n}/`, definition())).status).toBe(201);
    }
    const answer = await admin.put('/webhooks/one-more/', definition());
    expect([answer.status, (await answer.json<{ detail: string }>()).detail]).toEqual([
      409,
      'There are 32 webhooks, the maximum. Delete one first.',
    ]);
    expect((await admin.put('/webhooks/h-0/', definition({ min_interval_s: 5 }))).status).toBe(200);
  });

  it('of whatever form is taken or refused with pointers, and never a fault of the service', () => {
    const members = fc.record(
      Object.fromEntries(
        ['name', 'url', 'secrets', 'resources', 'events', 'min_interval_s', 'state', 'x'].map((member) => [
          member,
          fc.oneof(junk, fc.constantFrom(...Object.values(definition()), SECRET, ['cars'], 'https://x.example.com/')),
        ]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(junk, members), fc.oneof(fc.string(), fc.constant('h')), (body, name) => {
        try {
          const taken = parseWebhook(name, body as never, ['*.example.com', '127.0.0.1']);
          expect(parseWebhook(name, JSON.parse(JSON.stringify(taken)), ['*.example.com', '127.0.0.1'])).toEqual(taken);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-parameters' });
          expect((error as { errors: unknown[] }).errors.length).toBeGreaterThan(0);
        }
      }),
      { seed: inject('seed'), numRuns: 500 },
    );
  });
});

it('of resources that do not exist is taken, with a warning that names them', async () => {
  const { title } = await defineResource();
  const [gone, path] = [unique('r'), `/webhooks/${unique('h')}/`];
  const put = await admin.put(path, definition({ resources: [title, gone] }));
  expect([put.status, (await put.json<WebhookAnswer>()).warnings]).toEqual([
    201,
    [`There is no resource "${gone}" now, so nothing is sent about it. GET /api/v1/resources/ lists them.`],
  ]);
  expect(await (await admin.get(path)).json()).not.toHaveProperty('warnings');
  expect(await (await admin.put(path, definition({ resources: [title] }))).json()).not.toHaveProperty('warnings');
  const many = Array.from({ length: 20 }, () => unique('r'));
  const answer = await (await admin.put(path, definition({ resources: many }))).json<WebhookAnswer>();
  expect(answer.warnings).toHaveLength(8);
});

describe('a test', () => {
  const test = async (name: string) => (await admin.post(`/webhooks/${name}/test/`, {})).json<WebhookTest>();

  it('sends one event now, and tells the answer', async () => {
    const receiver = await receiverOf({});
    expect(await test(receiver.name)).toEqual({
      delivered: true,
      webhook_id: expect.stringMatching(/^test-[0-9a-f-]{36}$/),
      status: 204,
      ms: expect.any(Number),
      type: null,
      reason: null,
    });
    const [sent] = await receiver.received();
    expect(sent).toMatchObject({ type: 'webhook.test', data: { webhook: receiver.name } });
    await receiver.origin.answer({ status: 500, body: 'a stack trace' });
    expect(await test(receiver.name)).toMatchObject({
      delivered: false,
      status: 500,
      type: '/docs/problems#origin-status',
      reason: 'The receiver answered with status 500.',
    });
    expect((await receiver.stored()).failingSince).toBeNull();
  });

  it.each([
    [
      'ORIGIN_NOT_SET',
      'The secret ORIGIN_NOT_SET is not set. Set it with npx wrangler secret put ORIGIN_NOT_SET, or under npm start with a line ORIGIN_NOT_SET=… in .dev.vars.',
    ],
    ['ORIGIN_TEST_KEY', 'The secret ORIGIN_TEST_KEY must be "whsec_" and 24 to 64 bytes in base64.'],
  ])('says what is wrong with the secret %s, and sends nothing', async (secret, reason) => {
    const receiver = await receiverOf({ secrets: [`\${${secret}}`] });
    expect(await test(receiver.name)).toMatchObject({
      delivered: false,
      status: null,
      type: '/docs/problems#misconfigured',
      reason,
    });
    expect(await receiver.origin.requests()).toEqual([]);
  });

  it('of what is not there is 404', async () => {
    expect((await admin.post('/webhooks/nobody/test/', {})).status).toBe(404);
  });
});

describe('what a receiver is told, by the real queues', () => {
  it('of a load and of a purge', async () => {
    const { title, origin } = await defineResource({ tables: [{ name: 't', rows: '', columns: ['a'] }] });
    await origin.answerJson([[1], [2]]);
    const receiver = await receiverOf({ resources: [title] });
    await load(title, { n: 7 });
    await expect.poll(() => receiver.received()).toHaveLength(1);
    const { key } = await onlyCache(title);
    expect((await admin.delete(`/caches/${key}/`)).status).toBe(204);
    await expect.poll(() => receiver.received()).toHaveLength(2);
    const [loaded, purged] = await receiver.received();
    const data = { resource_title: title, parameters: { n: 7 }, owner: null, key, tag: key.slice(0, 16) };
    expect(loaded).toMatchObject({ type: 'cache.changed', data: { ...data, version: 1, inserted: 2, deleted: 0 } });
    expect(purged).toMatchObject({ type: 'cache.changed', data: { ...data, version: null, inserted: null } });
    expect(purged?.data.revision).toBeGreaterThan(loaded?.data.revision as number);
  });

  it('of each cache of a resource that is purged as a whole or by parameters, and of none that is only stale', async () => {
    const { title } = await defineResource();
    const receiver = await receiverOf({ resources: [title], events: ['cache.changed'] });
    await load(title, { n: 1 });
    await load(title, { n: 2 });
    await expect.poll(() => receiver.received()).toHaveLength(2);
    const purge = async (more: string) => (await admin.delete(`/caches/?resource_title=${title}${more}`)).status;
    expect(await purge('&soft=true')).toBe(200);
    expect(await purge(`&parameters=${encodeURIComponent('{"n":1}')}`)).toBe(200);
    await expect.poll(() => receiver.received()).toHaveLength(3);
    expect(await purge('')).toBe(200);
    await expect.poll(async () => (await receiver.received()).length).toBeGreaterThanOrEqual(4);
    const purges = (await receiver.received()).slice(2).map(({ data }) => [data.version, data.parameters]);
    expect(purges).toContainEqual([null, { n: 1 }]);
    expect(purges).toContainEqual([null, { n: 2 }]);
  });

  it('nothing of a leaver, whose caches are forgotten', async () => {
    const { title, origin } = await defineResource({ scope: 'user' });
    const receiver = await receiverOf({ resources: [title] });
    const user = unique('leaver');
    await load(title, {}, new Client({ user }));
    await expect.poll(() => receiver.received()).toHaveLength(1);
    expect((await receiver.received())[0]?.data.owner).toBe(user);
    await receiver.origin.answer({ status: 500 });
    await origin.answerJson([1]);
    await load(title, {}, new Client({ user }));
    await expect.poll(() => receiver.waiting()).toHaveLength(1);
    expect((await admin.delete(`/syncs/?user=${user}`)).status).toBe(200);
    // What waits names nobody: it is looked up when it is sent, and whoever is forgotten is not found.
    expect(JSON.stringify(await receiver.waiting())).not.toContain(user);
    const asked = (await receiver.origin.requests()).length;
    await receiver.origin.answer({ status: 200 });
    await wakeLate(receiver);
    await expect.poll(() => receiver.waiting()).toEqual([]);
    expect(await receiver.origin.requests()).toHaveLength(asked);
  });

  it('a failing webhook shows that it fails, and the cron has it woken', async () => {
    const { title, origin } = await defineResource();
    const receiver = await receiverOf({ resources: [title] });
    await receiver.origin.answer({ status: 503 });
    await origin.answerJson([1]);
    await load(title);
    const stateOf = async () =>
      (await (await inspector.get(`/webhooks/${receiver.name}/`)).json<WebhookAnswer>()).state;
    await expect.poll(async () => (await stateOf()).status).toBe('failing');
    expect(await stateOf()).toMatchObject({
      failing_since: expect.any(String),
      next_try: expect.any(String),
      type: '/docs/problems#origin-status',
      reason: 'The receiver answered with status 503.',
    });
    const waiting = async () => {
      const all = await (await inspector.get('/webhooks/')).json<WebhookAnswer[]>();
      return all.find(({ name }) => name === receiver.name)?.state.waiting;
    };
    expect(await waiting()).toBe(1);
    await receiver.origin.answer({ status: 200 });
    await wakeLate(receiver);
    await expect.poll(async () => (await stateOf()).status).toBe('ok');
    expect(await waiting()).toBe(0);
    expect(await receiver.waiting()).toEqual([]);
  });

  it('neither logs nor answers tell a secret, or the URL of a receiver', async () => {
    const lines: string[] = [];
    for (const level of ['info', 'warn', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation((line) => void lines.push(String(line)));
    }
    const { title, origin } = await defineResource();
    const receiver = await receiverOf({ resources: [title] });
    await receiver.origin.answer({ raw: '' });
    await origin.answerJson([2]);
    await load(title);
    await expect.poll(async () => (await receiver.stored()).failingSince).not.toBeNull();
    await admin.post(`/webhooks/${receiver.name}/test/`, {});
    const answers = await (await inspector.get('/webhooks/')).text();
    await admin.delete(`/webhooks/${receiver.name}/`);
    vi.restoreAllMocks();
    const key = env.ORIGIN_TEST_HOOK.replace('whsec_', '');
    expect(lines.join('\n')).not.toContain('in-the-url');
    expect(lines.join('\n') + answers).not.toContain(key);
    expect(lines.join('\n')).toContain('"webhook.failing"');
    expect(lines.join('\n')).toContain('"webhook.deleted"');
  });
});

it('an origin of the same service is no receiver by mistake: hosts are judged at each delivery', async () => {
  const receiver = new Receiver();
  const name = unique('h');
  const stranger = new TestOrigin();
  expect((await admin.put(`/webhooks/${name}/`, { ...receiver.definition(), url: stranger.url })).status).toBe(201);
  const headers = await bearer({ user: 'root', scope: 'cache:admin' });
  const init = { method: 'POST', headers };
  const answer = await sendUnder({ ORIGIN_HOSTS: '*.example.com' }, `${API_BASE}/webhooks/${name}/test/`, init);
  expect(await answer.json()).toMatchObject({
    delivered: false,
    status: null,
    reason: expect.stringMatching(/^The URL of the receiver at 127\.0\.0\.1:\d+ must be https/),
  });
  expect(await stranger.requests()).toEqual([]);
});
