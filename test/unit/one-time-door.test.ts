/** The one-time way into the local console (CONTRACT 7). */
import { afterEach, describe, expect, it } from 'vitest';
import { OneTimeDoor } from '../../scripts/lib/one-time-door.ts';

const SERVICE = 'http://127.0.0.1:9000';
const doors: OneTimeDoor[] = [];
afterEach(() => {
  for (const door of doors.splice(0)) door.close();
});

async function opened(): Promise<{ door: OneTimeDoor; code: string; made: () => number }> {
  let count = 0;
  const makeToken = async () => `token ${++count}`;
  const door = await OneTimeDoor.open({ servicePort: 9000, makeToken });
  doors.push(door);
  const link = new URL(door.consoleUrl(SERVICE));
  return { door, code: link.hash.replace('#once=', ''), made: () => count };
}

function ask(
  { url }: OneTimeDoor,
  body: string,
  headers: Record<string, string> = { Origin: SERVICE },
  method = 'POST',
) {
  return fetch(`${url}/once`, { method, headers, ...(method === 'POST' && { body }) });
}

describe('the one-time way in', () => {
  it('listens on this machine alone, and has a code of 128 bits behind # of the console', async () => {
    const { door, code } = await opened();
    expect(new URL(door.url).hostname).toBe('127.0.0.1');
    expect(new URL(door.consoleUrl(SERVICE)).pathname).toBe('/console/');
    expect(Buffer.from(code, 'base64url')).toHaveLength(16);
    expect((await opened()).code).not.toBe(code);
  });

  it('gives a token to the console, which its browser lets it read', async () => {
    const { door, code } = await opened();
    const answer = await ask(door, code);
    expect([answer.status, await answer.text()]).toEqual([200, 'token 1']);
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(SERVICE);
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
  });

  it('gives it once, also to two who come together', async () => {
    const { door, code, made } = await opened();
    const answers = await Promise.allSettled([ask(door, code), ask(door, code)]);
    const taken = answers.filter((answer) => answer.status === 'fulfilled' && answer.value.status === 200);
    expect(taken).toHaveLength(1);
    const later = await ask(door, code).then(
      ({ status }) => status,
      () => 'closed',
    );
    expect(later).not.toBe(200);
    expect(made()).toBe(1);
  });

  it.each([
    ['no origin', {}],
    ['another port', { Origin: 'http://127.0.0.1:9001' }],
    ['another site', { Origin: 'https://evil.example' }],
    ['a page without an origin', { Origin: 'null' }],
  ])('gives nothing to %s, and its browser shows it nothing', async (_, headers) => {
    const { door, code, made } = await opened();
    const answer = await ask(door, code, headers as Record<string, string>);
    expect([answer.status, await answer.text()]).toEqual([403, '']);
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBeNull();
    expect(made()).toBe(0);
  });

  it.each(['', 'x', 'A'.repeat(22), 'A'.repeat(10_000)])(
    'refuses a wrong code, and waits on for the right one',
    async (wrong) => {
      const { door, code } = await opened();
      expect((await ask(door, wrong)).status).toBe(403);
      expect((await ask(door, code)).status).toBe(200);
    },
  );

  it('is not opened by looking at it', async () => {
    const { door, made } = await opened();
    expect((await ask(door, '', { Origin: SERVICE }, 'GET')).status).toBe(404);
    expect(made()).toBe(0);
  });

  it('closes after its time', async () => {
    const door = await OneTimeDoor.open({ servicePort: 9000, makeToken: async () => 'token', openMs: 1 });
    await expect.poll(() => ask(door, 'x').catch(() => 'closed')).toBe('closed');
  });
});
