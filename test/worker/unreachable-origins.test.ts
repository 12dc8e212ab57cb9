/** Why an origin cannot be reached, with real peers that do not answer: workerd's texts are what they are here. */

import { describe, expect, it } from 'vitest';
import { LoadFailure } from '../../src/contract/problem.ts';
import { fetchOrigin } from '../../src/origin/fetch-origin.ts';
import { acceptsTcp } from '../../src/origin/tcp.ts';
import { TestOrigin } from '../support/origin.ts';

const SECRET = 's3cret-of-the-header';

async function failureOf(url: string, timeoutMs = 20_000): Promise<LoadFailure> {
  const headers = new Headers({ Authorization: SECRET });
  const request = {
    url: new URL(`${url}?key=s3cret-of-the-url`),
    method: 'GET' as const,
    headers,
    ownHeaders: headers,
  };
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new LoadFailure('origin-timeout', 'too slow', { retryable: true })),
    timeoutMs,
  );
  const answer = fetchOrigin(
    { ...request, body: null },
    {
      fetch: (...args) => fetch(...args),
      accepts: acceptsTcp,
      signal: controller.signal,
      maxBytes: 1000,
      validators: null,
      redirects: 'same',
      hosts: [],
      now: Date.now(),
      secrets: [],
    },
  );
  const failure = await answer.then(
    () => null,
    (error: unknown) => error,
  );
  clearTimeout(timer);
  if (!(failure instanceof LoadFailure)) throw new Error('it was reached');
  return failure;
}

async function origin(answer: Parameters<TestOrigin['answer']>[0]): Promise<URL> {
  const peer = new TestOrigin();
  await peer.answer(answer);
  return new URL(peer.url);
}

describe('administrators are told', () => {
  it('that nothing accepts connections at a closed port', async () => {
    const { adminDetail } = await failureOf('http://127.0.0.1:9/');
    expect(adminDetail).toBe('The origin could not be reached. Nothing accepts connections at 127.0.0.1:9.');
  });

  it.each(['http', 'https'])('that a name is not found (%s)', async (scheme) => {
    const { adminDetail } = await failureOf(`${scheme}://nowhere.invalid/data`);
    expect(adminDetail).toBe('The origin could not be reached. The name nowhere.invalid was most likely not found.');
  });

  it('that TLS fails, where none is spoken', async () => {
    const { host } = await origin({ body: 'plain' });
    const { adminDetail } = await failureOf(`https://${host}/data`);
    expect(adminDetail).toContain(`${host} accepts connections but not our TLS`);
  });

  it('that the peer closes the connection without an answer', async () => {
    const url = await origin({ raw: '' });
    const { adminDetail } = await failureOf(url.href);
    expect(adminDetail).toContain(`${url.host} closed the connection without an answer. A server that expects https`);
  });

  it('that the time has run out, under a code of its own', async () => {
    const url = await origin({ hang: true });
    expect(await failureOf(url.href, 300)).toMatchObject({ code: 'origin-timeout' });
  });
});

describe('everybody else', () => {
  it.each(['http://127.0.0.1:9/', 'https://nowhere.invalid/'])('is told no host (%s)', async (url) => {
    const failure = await failureOf(url);
    expect(failure).toMatchObject({ code: 'origin-unreachable', retryable: true });
    expect(failure.message).toBe('The origin could not be reached.');
  });
});

it('tells nobody what was sent', async () => {
  for (const url of ['http://127.0.0.1:9/', 'https://nowhere.invalid/', (await origin({ raw: '' })).href]) {
    const { message, adminDetail } = await failureOf(url);
    expect(message + adminDetail).not.toContain('s3cret');
  }
});
