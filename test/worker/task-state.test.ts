import { describe, expect, it } from 'vitest';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { digestTag } from '../../src/core/etag.ts';
import { newTaskId } from '../../src/core/task-id.ts';
import { Client } from '../support/client.ts';
import { countCalls } from '../support/count-calls.ts';
import { allEventsIn, eventsIn, type ReadEvent } from '../support/event-stream.ts';
import { Source } from '../support/sources.ts';
import { heldSource, taskIn, untilLoading } from '../support/tasks.ts';
import { bearer } from '../support/token.ts';

const alice = new Client({ user: 'alice' });
const bob = new Client({ user: 'bob' });
const admin = new Client({ user: 'root', scope: 'cache:admin' });

async function refreshed(source: Source, prefer: string, client = alice): Promise<string> {
  const answer = await client.post('/cache/refresh/', { resource_title: source.title }, { Prefer: prefer });
  return (await taskIn(answer)).task_id;
}

const ended = async () => refreshed(await Source.define(), 'wait=20');

async function loading(members: Parameters<typeof heldSource>[0] = {}) {
  const { source, release } = await heldSource(members);
  const id = await refreshed(source, 'respond-async');
  await untilLoading(source);
  return { id, source, release };
}

const state = (id: string, headers: Record<string, string> = {}, client = alice, query = '') =>
  client.get(`/cache/state/?task_id=${id}${query}`, headers);

describe('GET /cache/state/', () => {
  it('tells SUCCESS byte for byte as published', async () => {
    const id = await ended();
    const response = await state(id, { 'Accept-Encoding': 'identity' });
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Length')).toBe('73');
    expect(await response.text()).toBe(`{"task_id":"${id}","task_state":"SUCCESS"}`);
  });

  it('tells PENDING in as many bytes', async () => {
    const { source } = await loading();
    const waiting = await refreshed(source, 'respond-async');
    const response = await state(waiting, { 'Accept-Encoding': 'identity' });
    expect(response.headers.get('Content-Length')).toBe('73');
    expect(await response.text()).toBe(`{"task_id":"${waiting}","task_state":"PENDING"}`);
  });

  it('has the headers of the published answer and a few more', async () => {
    const { headers } = await state(await ended());
    expect(headers.get('Content-Type')).toBe('application/json; charset=utf-8');
    expect(headers.get('ETag')).toMatch(/^"[\x21\x23-\x7e]+"$/);
    expect(headers.get('X-Frame-Options')).toBe('SAMEORIGIN');
    expect(headers.get('Vary')).toBe('Origin, Cookie');
    expect(headers.get('Cache-Control')).toBe('private, no-cache');
    expect(headers.get('Allow')).toBe('GET, HEAD, OPTIONS');
    expect(headers.get('X-Request-Id')).toBeTruthy();
  });

  it('takes an id in upper case, with a Content-Type as FMP clients send it, and whatever Accept', async () => {
    const id = await ended();
    const response = await state(id.toUpperCase(), { 'Content-Type': 'application/json', Accept: 'text/html' });
    expect(await taskIn(response)).toEqual({ task_id: id, task_state: 'SUCCESS' });
  });

  it('answers HEAD alike, without a body', async () => {
    const id = await ended();
    const [get, head] = [await state(id), await alice.head(`/cache/state/?task_id=${id}`)];
    expect(head.status).toBe(200);
    expect(head.headers.get('ETag')).toBe(get.headers.get('ETag'));
    expect(await head.text()).toBe('');
  });

  it('answers 304 while the state is the one that the client knows, and 412 for another If-Match', async () => {
    const id = await ended();
    const etag = (await state(id)).headers.get('ETag') ?? '';
    expect((await state(id, { 'If-None-Match': etag })).status).toBe(304);
    expect((await state(id, { 'If-None-Match': `"x", W/${etag}` })).status).toBe(304);
    expect((await state(id, { 'If-None-Match': '"x"' })).status).toBe(200);
    expect((await state(id, { 'If-Match': '"x"' })).status).toBe(412);
  });

  it('tells all of the task with expand=task', async () => {
    const told = await (await state(await ended(), {}, alice, '&expand=task')).json<object>();
    expect(Object.keys(told)).toEqual(
      'task_id task_state resource_title parameters attempt created started ended due version etag bytes rows'.split(
        ' ',
      ),
    );
  });
});

describe('what is refused', () => {
  it.each([
    ['', '/task_id'],
    ['?task_id=', '/task_id'],
    ['?task_id=123', '/task_id'],
    ['?task_id=zzzzzzzz-0000-8000-8000-000000000000', '/task_id'],
    ['?task_id=00000000-0000-8000-8000-00000000000%00', '/task_id'],
    ['?task_id=%7B00000000-0000-8000-8000-000000000000%7D', '/task_id'],
    ['?task_id=00000000000080008000000000000000', '/task_id'],
    ['?task_id=00000000-0000-8000-8000-000000000000&task_id=1', '/task_id'],
    ['?task_id=00000000-0000-8000-8000-000000000000&expand=all', '/expand'],
    ['?task_id=00000000-0000-8000-8000-000000000000&id=1', '/id'],
  ])('"%s" is 400 with a pointer', async (query, pointer) => {
    const response = await alice.get(`/cache/state/${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ type: '/docs/problems#invalid-parameters', errors: [{ pointer }] });
  });

  it.each([
    ['of no object', () => crypto.randomUUID()],
    ['of an object that knows others', async () => newTaskId(cacheIdentity((await knownSource()).title, {}, null).key)],
    ['of all zeros', () => '00000000-0000-0000-0000-000000000000'],
  ])('an unknown id (%s) is 404', async (_what, id) => {
    const response = await state(await id());
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ type: '/docs/problems#not-found' });
  });

  async function knownSource(): Promise<Source> {
    const source = await Source.define();
    await refreshed(source, 'wait=20');
    return source;
  }
});

describe('who may see a task', () => {
  it('of a shared cache: anyone with cache:read, and cache:admin', async () => {
    const id = await ended();
    expect((await state(id, {}, bob)).status).toBe(200);
    expect((await state(id, {}, admin)).status).toBe(200);
    expect((await state(id, {}, new Client({ scope: 'cache:refresh' }))).status).toBe(403);
  });

  it('of a private cache: its owner and cache:admin; to others it does not exist', async () => {
    const id = await refreshed(await Source.define({ scope: 'user' }), 'wait=20');
    expect((await state(id, {}, alice)).status).toBe(200);
    expect((await state(id, {}, admin)).status).toBe(200);
    const [hidden, unknown] = [await state(id, {}, bob), await state(crypto.randomUUID(), {}, bob)];
    expect(hidden.status).toBe(404);
    const words = async (response: Response) => (await response.text()).replaceAll(/[0-9a-f-]{36}/g, '');
    expect(await words(hidden)).toBe(await words(unknown));
    expect((await state(id, { Accept: 'text/event-stream' }, bob)).status).toBe(404);
  });
});

describe('Prefer: wait=N', () => {
  it('holds the answer until the task ends', async () => {
    const { id, release } = await loading();
    const answer = state(id, { Prefer: 'wait=20' });
    await release();
    const response = await answer;
    expect(response.headers.get('Preference-Applied')).toBe('wait=20');
    expect((await taskIn(response)).task_state).toBe('SUCCESS');
  });

  it('has the new version readable here by the time it tells SUCCESS', async () => {
    const source = await Source.define();
    await refreshed(source, 'wait=20');
    expect((await alice.get(source.path)).headers.get('Content-Version')).toBe('v1');
    const id = await refreshed(source, 'respond-async');
    expect((await taskIn(await state(id, { Prefer: 'wait=20' }))).task_state).toBe('SUCCESS');
    expect((await alice.get(source.path)).headers.get('Content-Version')).toBe('v2');
  });

  it('with If-None-Match, until the state is another one', async () => {
    const { source, id, release } = await loading();
    const waiting = await refreshed(source, 'respond-async');
    const etag = (await state(waiting)).headers.get('ETag') ?? '';
    const answer = state(waiting, { Prefer: 'wait=20', 'If-None-Match': etag });
    await release();
    const response = await answer;
    expect((await taskIn(response)).task_state).not.toBe('PENDING');
    expect((await taskIn(await state(id, { Prefer: 'wait=20' }))).task_state).toBe('SUCCESS');
  });

  it('with If-None-Match answers at once what differs already', async () => {
    const { id } = await loading();
    const response = await state(id, { Prefer: 'wait=20', 'If-None-Match': '"another"' });
    expect((await taskIn(response)).task_state).toBe('STARTED');
  });

  it('answers as things are when N has passed: 200, or 304 with If-None-Match', async () => {
    const { id } = await loading();
    const response = await state(id, { Prefer: 'wait=1' });
    expect((await taskIn(response)).task_state).toBe('STARTED');
    const etag = response.headers.get('ETag') ?? '';
    const same = await state(id, { Prefer: 'wait=1', 'If-None-Match': etag });
    expect(same.status).toBe(304);
    expect(same.headers.get('Preference-Applied')).toBe('wait=1');
  });

  it('does not hold what can change no more', async () => {
    const id = await ended();
    const etag = (await state(id)).headers.get('ETag') ?? '';
    expect((await state(id, { Prefer: 'wait=30', 'If-None-Match': etag })).status).toBe(304);
  });

  it.each(['wait=x', 'respond-async', 'foo'])('is not confirmed where it is not honoured: %s', async (prefer) => {
    const response = await state(await ended(), { Prefer: prefer });
    expect(response.status).toBe(200);
    expect(response.headers.get('Preference-Applied')).toBeNull();
  });
});

describe('Accept: text/event-stream', () => {
  const ACCEPT = { Accept: 'text/event-stream' };

  it('streams each state that is seen, as in the body, until the task ends', async () => {
    const { id, release } = await loading();
    const response = await state(id, ACCEPT);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('text/event-stream');
    expect(response.headers.get('Cache-Control')).toBe('private, no-cache');
    expect(response.headers.get('Allow')).toBe('GET, HEAD, OPTIONS');
    const events = eventsIn(response);
    const told = (task_state: string) => {
      const data = `{"task_id":"${id}","task_state":"${task_state}"}`;
      return { event: 'state', data, id: digestTag(data) };
    };
    expect((await events.next()).value).toEqual(told('STARTED'));
    // Meanwhile the stream looks at the task some times and finds it as it was.
    await state(id, { Prefer: 'wait=1' });
    await release();
    expect((await events.next()).value).toEqual(told('SUCCESS'));
    expect((await events.next()).done).toBe(true);
  });

  it('reports a task that has ended once', async () => {
    const id = await ended();
    const response = await state(id, ACCEPT, alice, '&expand=task');
    const events = await allEventsIn(response);
    expect(events).toHaveLength(1);
    expect(JSON.parse(events[0]?.data ?? '')).toMatchObject({ task_id: id, version: 1 });
  });

  it('is 204 to who names the end as the last event, which stops a standard EventSource', async () => {
    const id = await ended();
    for (const expand of ['', '&expand=task']) {
      const [end] = await allEventsIn(await state(id, ACCEPT, alice, expand));
      const again = await state(id, { ...ACCEPT, 'Last-Event-ID': end?.id ?? '' }, alice, expand);
      expect([again.status, await again.text()]).toEqual([204, '']);
    }
  });

  it('tells a state that was told before the stream broke off not again, and then what comes', async () => {
    const { id, release } = await loading();
    const first = eventsIn(await state(id, ACCEPT));
    const { value: started } = await first.next();
    await first.return();
    const events = eventsIn(await state(id, { ...ACCEPT, 'Last-Event-ID': (started as ReadEvent).id ?? '' }));
    await release();
    const told = (await events.next()).value as ReadEvent;
    expect(JSON.parse(told.data)).toMatchObject({ task_state: 'SUCCESS' });
    expect((await events.next()).done).toBe(true);
    expect((await state(id, { ...ACCEPT, 'Last-Event-ID': told.id ?? '' })).status).toBe(204);
  });

  it.each(['', '0', 'SUCCESS'])('tells an ended task to who names another last event: %j', async (lastId) => {
    const response = await state(await ended(), { ...ACCEPT, 'Last-Event-ID': lastId });
    expect(await allEventsIn(response)).toHaveLength(1);
  });

  it('has no body to HEAD', async () => {
    const response = await alice.head(`/cache/state/?task_id=${await ended()}`, ACCEPT);
    expect(response.headers.get('Content-Type')).toBe('text/event-stream');
    expect(await response.text()).toBe('');
  });
});

describe('the hop budget of a state', () => {
  it('is one object call', async () => {
    const { calls, response } = await countCalls(`/api/v1/cache/state/?task_id=${await ended()}`, {
      headers: await bearer({ user: 'alice' }),
    });
    expect(response.status).toBe(200);
    expect(calls).toEqual({ d1: 0, object: 1, r2: 0, queue: 0 });
  });
});
