/** The client of the API that measurements use: what it takes for right, and what for the end of a task. */

import type { RequestListener } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { Api, send } from '../../tools/measure/harness/api.ts';
import { Origin } from '../../tools/measure/harness/origin.ts';

/** A server that gives the answers one after the other, the last one again and again, and notes what it is asked. */
async function answering(...answers: readonly { status?: number; body: object }[]) {
  const asked: { url: string; user: string; prefer: string | undefined }[] = [];
  const listener: RequestListener = ({ url = '', headers }, response) => {
    const { status = 200, body } = answers[Math.min(asked.length, answers.length - 1)] ?? { body: {} };
    asked.push({ url, user: String(headers.authorization), prefer: headers.prefer as string | undefined });
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const origin = await Origin.start(listener);
  onTestFinished(() => origin.stop());
  return { api: new Api({ url: origin.url, pids: [], token: async (user) => user }, 'ada'), asked };
}

const state = (word: string) => ({ body: { task_id: 'one', task_state: word } });

it('asks below /api/v1, as its user or the one that is named', async () => {
  const { api, asked } = await answering({ body: {} });
  await api.ask('cache/');
  await api.ask('/healthz', { user: 'bob' });
  expect(asked).toMatchObject([
    { url: '/api/v1/cache/', user: 'Bearer ada' },
    { url: '/healthz', user: 'Bearer bob' },
  ]);
});

it.each([
  ['a refusal', 503, undefined, false],
  ['any answer below 400', 304, undefined, true],
  ['a refusal that is expected', 503, 503, true],
  ['another status than the expected one', 200, 304, false],
  ['whatever comes, if any status will do', 503, null, true],
])('takes %s as it should', async (_what, status, expected, isRight) => {
  const { api } = await answering({ status, body: {} });
  const asked = api.ask('cache/', expected === undefined ? {} : { expected });
  await (isRight ? expect(asked).resolves.toMatchObject({ status }) : expect(asked).rejects.toThrow(String(status)));
});

it('asks for the state of a task until it has ended', async () => {
  const { api, asked } = await answering(state('PENDING'), { status: 503, body: {} }, state('REVOKED'));
  expect(await api.ended('one')).toBe('REVOKED');
  expect(asked.map(({ prefer }) => prefer)).toEqual(['wait=30', 'wait=30', 'wait=30']);
});

it('says in which state a task is when the patience ends', async () => {
  const { api, asked } = await answering(state('STARTED'));
  expect(await api.ended('one', { patienceMs: 0, waitS: 0 })).toBe('STARTED');
  expect(asked.map(({ prefer }) => prefer)).toEqual([undefined]);
});

it('loads a cache with one request where its answer reports the end', async () => {
  const { api, asked } = await answering(state('SUCCESS'));
  expect(await api.load('weather')).toBeGreaterThan(0);
  expect(asked).toMatchObject([{ url: '/api/v1/cache/refresh/', prefer: 'wait=30' }]);
});

it('fails where a load does', async () => {
  const { api } = await answering(state('PENDING'), state('FAILURE'));
  await expect(api.load('weather')).rejects.toThrow('The load of weather ended in FAILURE.');
});

it('asks again on a new connection where the server ended an idle one', async () => {
  const connections = new Map<unknown, number>();
  const origin = await Origin.start(({ socket }, response) => {
    const requests = (connections.get(socket) ?? 0) + 1;
    connections.set(socket, requests);
    if (requests > 1) socket.destroy();
    else response.end('{}');
  });
  onTestFinished(() => origin.stop());
  expect([(await send(origin.url)).status, (await send(origin.url)).status]).toEqual([200, 200]);
  expect([...connections.values()]).toEqual([2, 1]);
});

it('fails where a new connection breaks off', async () => {
  const origin = await Origin.start(({ socket }) => socket.destroy());
  onTestFinished(() => origin.stop());
  await expect(send(origin.url)).rejects.toThrow('socket hang up');
});
