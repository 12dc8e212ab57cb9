import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { d1Resources } from '../../src/stores/resources.ts';
import { Client, sendUnder } from '../support/client.ts';
import { countCalls } from '../support/count-calls.ts';
import { unique } from '../support/entries.ts';
import { Source, YEAR_AND_REGION } from '../support/sources.ts';
import { heldSource, type TaskBody, taskIn, untilLoading } from '../support/tasks.ts';
import { bearer } from '../support/token.ts';

const alice = new Client({ user: 'alice' });
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const WAIT = { Prefer: 'wait=20' };

const refresh = (
  source: { title: string },
  values: object = {},
  headers: Record<string, string> = {},
  client = alice,
) => client.post('/cache/refresh/', { resource_title: source.title, ...values }, headers);

describe('POST /cache/refresh/', () => {
  it('of a fast origin answers SUCCESS, byte for byte as published', async () => {
    const response = await refresh(await Source.define());
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Length')).toBe('73');
    expect(await response.text()).toMatch(new RegExp(`^{"task_id":"${UUID}","task_state":"SUCCESS"}$`));
  });

  it('that is not waited for answers PENDING in as many bytes', async () => {
    const response = await refresh(await Source.define(), {}, { Prefer: 'respond-async' });
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Length')).toBe('73');
    expect(await response.text()).toMatch(new RegExp(`^{"task_id":"${UUID}","task_state":"PENDING"}$`));
  });

  it('has the headers of the published answer and a few more', async () => {
    const { headers } = await refresh(await Source.define());
    expect(headers.get('Content-Type')).toBe('application/json; charset=utf-8');
    expect(headers.get('ETag')).toMatch(/^"[\x21\x23-\x7e]+"$/);
    expect(headers.get('X-Frame-Options')).toBe('SAMEORIGIN');
    expect(headers.get('Vary')).toBe('Origin, Cookie');
    expect(headers.get('Cache-Control')).toBe('private, no-cache');
    expect(headers.get('Allow')).toBe('POST, OPTIONS');
    expect(headers.get('X-Request-Id')).toBeTruthy();
    expect(headers.get('Preference-Applied')).toBeNull();
  });

  it('that reports SUCCESS has made the new version readable here', async () => {
    const source = await Source.define();
    for (const version of ['v1', 'v2', 'v3']) {
      await source.origin.answerJson({ is: version });
      expect((await taskIn(await refresh(source, {}, WAIT))).task_state).toBe('SUCCESS');
      const read = await alice.get(source.path);
      expect(read.headers.get('Content-Version')).toBe(version);
      expect(await read.json()).toEqual({ is: version });
    }
  });

  it('tells all of the task with expand=task, after the usual members', async () => {
    const source = await Source.define({ parameters: YEAR_AND_REGION });
    const response = await alice.post(
      '/cache/refresh/?expand=task',
      { resource_title: source.title, region: 'north' },
      WAIT,
    );
    const told = await response.json<Record<string, unknown>>();
    expect(Object.keys(told)).toEqual(
      'task_id task_state resource_title parameters attempt created started ended due version etag bytes rows'.split(
        ' ',
      ),
    );
    expect(told).toMatchObject({
      task_state: 'SUCCESS',
      resource_title: source.title,
      parameters: { region: 'north', year: 2026 },
      attempt: 1,
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      due: null,
      version: 1,
      etag: expect.stringMatching(/^[0-9a-f]{16}-v1$/),
      bytes: 7,
      rows: null,
    });
  });
});

describe('a failing origin', () => {
  it('ends the task in FAILURE with a problem without status as third member', async () => {
    const source = await Source.define();
    await source.origin.answer({ status: 404 });
    const response = await refresh(source, {}, WAIT);
    expect(response.status).toBe(200);
    expect(JSON.parse(await response.text(), (_name, value) => value)).toEqual({
      task_id: expect.any(String),
      task_state: 'FAILURE',
      error: {
        type: '/docs/problems#origin-status',
        title: expect.any(String),
        detail: expect.stringContaining('404'),
      },
    });
  });

  it('shows RETRY with the last failure while another try is to come', async () => {
    const source = await Source.define({ retry: { max_attempts: 2, backoff_s: 600 } });
    await source.origin.answer({ status: 503, headers: { 'Retry-After': '600' } });
    const { task_id } = await taskIn(await refresh(source, {}, { Prefer: 'respond-async' }));
    await expect
      .poll(async () => taskIn(await alice.get(`/cache/state/?task_id=${task_id}`)))
      .toMatchObject({ task_state: 'RETRY', error: { type: '/docs/problems#origin-status' } });
  });
});

describe('how long the answer is held', () => {
  const ask = async (source: Source, prefer: string, settings: Record<string, string>) =>
    sendUnder(settings, '/api/v1/cache/refresh/', {
      method: 'POST',
      headers: { ...(await bearer({ user: 'alice' })), 'Content-Type': 'application/json', Prefer: prefer },
      body: JSON.stringify({ resource_title: source.title }),
    });

  it('ends with the task, be REFRESH_WAIT_MS longer than this test may take', async () => {
    const { task_state } = await taskIn(await ask(await Source.define(), '', { REFRESH_WAIT_MS: '30000' }));
    expect(task_state).toBe('SUCCESS');
  });

  it('is REFRESH_WAIT_MS at most, when nothing is preferred', async () => {
    const { source } = await heldSource();
    const { task_state } = await taskIn(await ask(source, '', { REFRESH_WAIT_MS: '20' }));
    expect(['PENDING', 'STARTED']).toContain(task_state);
  });

  it.each(['wait=20', 'respond-async, wait=20'])('is longer with "%s"', async (prefer) => {
    const source = await Source.define();
    await source.origin.answerJson({}, { delay_ms: 600 });
    const response = await ask(source, prefer, { REFRESH_WAIT_MS: '20' });
    expect((await taskIn(response)).task_state).toBe('SUCCESS');
    expect(response.headers.get('Preference-Applied')).toBe(prefer);
  });

  it('ends with N: the answer is then the asynchronous one', async () => {
    const { source } = await heldSource();
    const response = await ask(source, 'wait=1', { REFRESH_WAIT_MS: '20' });
    expect((await taskIn(response)).task_state).toBe('STARTED');
    expect(response.headers.get('Preference-Applied')).toBe('wait=1');
  });

  it.each([
    ['respond-async', 'respond-async'],
    ['wait=0', 'wait=0'],
    ['wait=99', 'wait=30'],
    ['wait=x', null],
    ['return=minimal, wait=', null],
    ['"', null],
  ])('is confirmed: "%s" as %s', async (prefer, applied) => {
    const response = await refresh(await Source.define(), {}, { Prefer: prefer });
    expect(response.status).toBe(200);
    expect(response.headers.get('Preference-Applied')).toBe(applied);
  });
});

describe('which cache is meant', () => {
  const ASYNC = { Prefer: 'respond-async' };
  /** While the first load runs, further refreshes of the same cache share one task behind it. */
  async function loading(members: Parameters<typeof Source.define>[0] = {}, values = {}) {
    const { source } = await heldSource(members);
    const first = await taskIn(await refresh(source, values, ASYNC));
    await untilLoading(source);
    return { source, first };
  }

  it('while one runs another waits behind it, and further ones join that', async () => {
    const { source, first } = await loading();
    const second = await taskIn(await refresh(source, {}, ASYNC));
    const third = await taskIn(await refresh(source, {}, ASYNC, new Client({ user: 'bob' })));
    expect(second).toMatchObject({ task_state: 'PENDING' });
    expect(second.task_id).not.toBe(first.task_id);
    expect(third.task_id).toBe(second.task_id);
  });

  it('is told by the values, with defaults, in whatever order; of a repeated member the last counts', async () => {
    const { source } = await loading({ parameters: YEAR_AND_REGION }, { region: 'north' });
    const { task_id } = await taskIn(await refresh(source, { region: 'north', year: 2026 }, ASYNC));
    const headers = { ...ASYNC, 'Content-Type': 'application/json' };
    const text = `{"year":1,"region":"north","year":2026.0,"resource_title":"${source.title}"}`;
    const same = await taskIn(await alice.send('POST', '/cache/refresh', headers, text));
    const other = await taskIn(await refresh(source, { region: 'north', year: 2025 }, ASYNC));
    expect(same.task_id).toBe(task_id);
    expect(other.task_id).not.toBe(task_id);
  });

  it.each([
    ['shared', true],
    ['user', false],
  ] as const)('of a %s resource is the same for two users: %s', async (scope, same) => {
    const { source } = await loading({ scope });
    const ids = await Promise.all(
      ['alice', 'bob'].map(
        async (user) => (await taskIn(await refresh(source, {}, ASYNC, new Client({ user })))).task_id,
      ),
    );
    expect(ids[0] === ids[1]).toBe(same);
  });

  it('so soon after a load as refresh_min_s says, that load is the answer', async () => {
    const source = await Source.define({ refresh_min_s: 600 });
    const first = await taskIn(await refresh(source, {}, WAIT));
    const second = await taskIn(await refresh(source, {}, WAIT));
    expect(second).toEqual({ ...first, task_state: 'SUCCESS' });
    expect(await source.loads()).toBe(1);
  });
});

describe('what is refused', () => {
  const post = (body: BodyInit) => alice.send('POST', '/cache/refresh/', { 'Content-Type': 'application/json' }, body);
  const refusal = async (response: Response) => ({
    status: response.status,
    ...(await response.json<{ type: string; detail: string; errors?: { pointer: string }[] }>()),
  });

  it('is an unknown resource, and it is named', async () => {
    for (const title of [unique('none'), 'no title at all', '\u0000', 'é'.normalize('NFD'), 'x'.repeat(10_000)]) {
      const { status, type, detail } = await refusal(await refresh({ title }));
      expect({ status, type }).toEqual({ status: 404, type: '/docs/problems#not-found' });
      expect(detail).toContain(title.slice(0, 100));
    }
  });

  it('is a deleted resource', async () => {
    const source = await Source.define();
    expect(await d1Resources(env.DB).remove(source.title, null, Date.now())).toBe(true);
    expect((await refresh(source)).status).toBe(404);
  });

  it.each<[string, BodyInit]>([
    ['nothing', ''],
    ['half an object', '{"resource_title":'],
    ['two values', '{} {}'],
    ['single quotes', "{'resource_title':'x'}"],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
    ['NaN', '{"resource_title":"x","a":NaN}'],
  ])('is %s for JSON', async (_what, body) => {
    expect(await refusal(await post(body))).toMatchObject({ status: 400, type: '/docs/problems#invalid-json' });
  });

  it.each<[string, string, string]>([
    ['an array', '[]', ''],
    ['null', 'null', ''],
    ['text', '"sales"', ''],
    ['no title', '{}', '/resource_title'],
    ['a title that is no text', '{"resource_title":7}', '/resource_title'],
    ['an empty title', '{"resource_title":""}', '/resource_title'],
    ['a title with a lone surrogate', '{"resource_title":"\\ud800"}', '/resource_title'],
    ['a prototype', '{"resource_title":"TITLE","__proto__":{}}', '/__proto__'],
    ['an unknown parameter', '{"resource_title":"TITLE","city":1}', '/city'],
    ['an unknown one with an odd name', '{"resource_title":"TITLE","a/b~c":1}', '/a~1b~0c'],
    ['a value of another type', '{"resource_title":"TITLE","year":"2026"}', '/year'],
    ['a fraction for an integer', '{"resource_title":"TITLE","year":1.5}', '/year'],
    ['an integer past 2^53', '{"resource_title":"TITLE","year":9007199254740993}', '/year'],
    ['a number that is not finite', '{"resource_title":"TITLE","year":1e999}', '/year'],
    ['a lone surrogate', '{"resource_title":"TITLE","region":"a\\udc00"}', '/region'],
    ['deep nesting', `{"resource_title":"TITLE","region":${'['.repeat(5000)}${']'.repeat(5000)}}`, '/region'],
    [
      'deep nesting of objects',
      `{"resource_title":"TITLE","region":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
      '/region',
    ],
  ])('is %s, with a pointer, and nothing changes', async (_what, text, pointer) => {
    const source = await Source.define({ parameters: YEAR_AND_REGION });
    const { status, type, errors } = await refusal(await post(text.replace('TITLE', source.title)));
    expect({ status, type }).toEqual({ status: 400, type: '/docs/problems#invalid-parameters' });
    expect(
      errors?.map((fault) => fault.pointer).some((each) => (pointer === '' ? each === '' : each.startsWith(pointer))),
    ).toBe(true);
    expect(await source.loads()).toBe(0);
    const rows = await env.DB.prepare('SELECT count(*) AS n FROM entries WHERE resource = ?1')
      .bind(source.title)
      .first('n');
    expect(rows).toBe(0);
  });

  it('takes any text that JSON can carry as a value', async () => {
    const source = await Source.define({ parameters: YEAR_AND_REGION });
    const texts = ['\u0000', 'a\nb', '🚜', '\uFEFF', '', "'; DROP TABLE entries; --"];
    const tasks = await Promise.all(texts.map(async (region) => taskIn(await refresh(source, { region }, WAIT))));
    expect(tasks.map(({ task_state }) => task_state)).toEqual(texts.map(() => 'SUCCESS'));
  });

  it.each(['?expand=resource', '?task_id=x', '?resource_title=x'])('is the query %s', async (query) => {
    const response = await alice.post(`/cache/refresh/${query}`, { resource_title: 'x' });
    expect(response.status).toBe(400);
  });
});

describe('the hop budget of a refresh', () => {
  it('is one object call, and no D1 read where the definition is known in the isolate', async () => {
    const source = await Source.define();
    await refresh(source);
    const { calls, response } = await countCalls('/api/v1/cache/refresh/', {
      method: 'POST',
      headers: { ...(await bearer({ user: 'alice' })), 'Content-Type': 'application/json' },
      body: JSON.stringify({ resource_title: source.title }),
    });
    expect((await taskIn(response)) satisfies TaskBody).toMatchObject({ task_state: 'SUCCESS' });
    expect(calls).toEqual({ d1: 0, object: 1, r2: 0, queue: 0 });
  });
});
