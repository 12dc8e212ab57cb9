/** `POST /cache/revoke/`: who may take which task back (CONTRACT 2 "Revoke"). */
import { describe, expect, it } from 'vitest';
import { Client } from '../support/client.ts';
import { countCalls } from '../support/count-calls.ts';
import { Source } from '../support/sources.ts';
import { heldSource, taskIn, untilLoading } from '../support/tasks.ts';
import { bearer } from '../support/token.ts';

const alice = new Client({ user: 'alice' });
const bob = new Client({ user: 'bob' });
const admin = new Client({ user: 'root', scope: 'cache:admin' });

/** Asks for a refresh; returns the id of its task. */
async function refresh(source: Source, client = alice, prefer = 'respond-async'): Promise<string> {
  const answer = await client.post('/cache/refresh/', { resource_title: source.title }, { Prefer: prefer });
  return (await taskIn(answer)).task_id;
}

/** A running task, and behind it one that waits (`id`), for which all of `askers` have asked. */
async function waitingTask(askers: Client[], members: Parameters<typeof heldSource>[0] = {}) {
  const { source, release } = await heldSource(members);
  const running = await refresh(source);
  await untilLoading(source);
  const ids = await Promise.all(askers.map((asker) => refresh(source, asker)));
  return { source, release, running, id: ids[0] ?? running };
}

const revoke = (id: unknown, client = alice, query = '') => client.post(`/cache/revoke/${query}`, { task_id: id });
const stateOf = async (id: string) => (await taskIn(await admin.get(`/cache/state/?task_id=${id}`))).task_state;

describe('POST /cache/revoke/', () => {
  it('revokes a waiting task for the only user who asked for it', async () => {
    const { source, release, running, id } = await waitingTask([alice]);
    const response = await revoke(id.toUpperCase());
    expect(response.status).toBe(200);
    expect(response.headers.get('ETag')).toMatch(/^"[^"]+"$/);
    expect(response.headers.get('Allow')).toBe('POST, OPTIONS');
    expect(await response.text()).toBe(`{"task_id":"${id}","task_state":"REVOKED"}`);
    await release();
    expect(await taskIn(await alice.get(`/cache/state/?task_id=${running}`, { Prefer: 'wait=20' }))).toMatchObject({
      task_state: 'SUCCESS',
    });
    expect(await stateOf(id)).toBe('REVOKED');
    expect(await source.loads()).toBe(1);
  });

  it('revokes a task in RETRY', async () => {
    const source = await Source.define({ retry: { max_attempts: 3, backoff_s: 600 } });
    await source.origin.answer({ status: 503, headers: { 'Retry-After': '600' } });
    const id = await refresh(source);
    await expect.poll(() => stateOf(id)).toBe('RETRY');
    expect(await (await revoke(id)).text()).toBe(`{"task_id":"${id}","task_state":"REVOKED"}`);
  });

  it('returns the whole task with expand=task', async () => {
    const { id } = await waitingTask([alice]);
    expect(await (await revoke(id, alice, '?expand=task')).json()).toMatchObject({
      task_state: 'REVOKED',
      ended: expect.any(String),
      due: null,
    });
  });

  it('answers 409 for a task that runs, has ended or is already revoked', async () => {
    const { running, id, release } = await waitingTask([alice]);
    const conflict = async (which: string) => {
      const response = await revoke(which);
      expect(response.status).toBe(409);
      expect(await response.json()).toMatchObject({ type: '/docs/problems#conflict' });
    };
    await conflict(running);
    await revoke(id);
    await conflict(id);
    await release();
    await alice.get(`/cache/state/?task_id=${running}`, { Prefer: 'wait=20' });
    await conflict(running);
  });
});

describe('the right to revoke a task', () => {
  const forbidden = async (response: Response) => {
    expect(response.status).toBe(403);
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer error="insufficient_scope", scope="cache:admin"');
    expect(await response.json()).toMatchObject({ type: '/docs/problems#insufficient-scope' });
  };

  it('is not given to a user who did not ask for it, but to cache:admin', async () => {
    const { id } = await waitingTask([alice]);
    await forbidden(await revoke(id, bob));
    expect(await stateOf(id)).toBe('PENDING');
    expect((await revoke(id, admin)).status).toBe(200);
  });

  it('is given to none of several users who asked for it, but to cache:admin', async () => {
    const { id } = await waitingTask([alice, bob]);
    await forbidden(await revoke(id, alice));
    await forbidden(await revoke(id, bob));
    expect((await revoke(id, admin)).status).toBe(200);
  });

  it('is given to the only user who asked for it, even twice', async () => {
    const { id } = await waitingTask([alice, alice]);
    expect((await revoke(id)).status).toBe(200);
  });

  it('needs cache:refresh', async () => {
    const { id } = await waitingTask([alice]);
    const response = await revoke(id, new Client({ user: 'alice', scope: 'cache:read' }));
    expect(response.status).toBe(403);
    expect(response.headers.get('WWW-Authenticate')).toContain('scope="cache:refresh"');
    expect(await stateOf(id)).toBe('PENDING');
  });

  it('is refused to other users of a private cache with 404, as for an unknown task', async () => {
    const { id } = await waitingTask([alice], { scope: 'user' });
    for (const which of [id, crypto.randomUUID()]) {
      const response = await revoke(which, bob);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ type: '/docs/problems#not-found' });
    }
    expect(await stateOf(id)).toBe('PENDING');
    expect((await revoke(id, admin)).status).toBe(200);
  });
});

describe('a request', () => {
  it.each<[string, string, string]>([
    ['no task_id', '{}', '/task_id'],
    ['a number as task_id', '{"task_id":1}', '/task_id'],
    ['null as task_id', '{"task_id":null}', '/task_id'],
    ['a task_id that is no UUID', '{"task_id":"x"}', '/task_id'],
    ['a NUL in task_id', '{"task_id":"00000000-0000-8000-8000-00000000000\\u0000"}', '/task_id'],
    ['an unknown member', '{"task_id":"00000000-0000-8000-8000-000000000000","force":true}', '/force'],
    ['an array as its body', '["00000000-0000-8000-8000-000000000000"]', ''],
  ])('with %s is 400 with a pointer', async (_what, text, pointer) => {
    const response = await alice.send('POST', '/cache/revoke/', { 'Content-Type': 'application/json' }, text);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ type: '/docs/problems#invalid-parameters', errors: [{ pointer }] });
  });

  it('with an unknown query parameter is 400', async () => {
    expect((await revoke(crypto.randomUUID(), alice, '?task_id=1')).status).toBe(400);
  });
});

describe('the hop budget of a revocation', () => {
  it('is two object calls', async () => {
    const { id } = await waitingTask([alice]);
    const { calls, response } = await countCalls('/api/v1/cache/revoke/', {
      method: 'POST',
      headers: { ...(await bearer({ user: 'alice' })), 'Content-Type': 'application/json' },
      body: JSON.stringify({ task_id: id }),
    });
    expect(response.status).toBe(200);
    // The first call finds out which resource it is, the second revokes it.
    expect(calls).toEqual({ d1: 0, object: 2, r2: 0, queue: 0 });
  });
});
