/** What error texts mean that other releases of the platform may give, and what is shown of unknown ones. */

import { expect, it } from 'vitest';
import { unreachable } from '../../../src/origin/unreachable.ts';

const request = {
  url: new URL('https://erp.example.com/data?key=abc'),
  headers: new Headers({ Authorization: 'Bearer t0ken', Empty: '' }),
};
const never = async () => {
  throw new Error('must not be asked');
};

it.each([
  ["TLS peer's certificate is not trusted; reason = Hostname mismatch", 'not our TLS'],
  ['SSL handshake failed', 'not our TLS'],
  ['DNS lookup failed.', 'The name erp.example.com was most likely not found.'],
  ['connect(): Connection refused', 'Nothing accepts connections at erp.example.com:443.'],
  ['connect(): Connection timed out', 'erp.example.com:443 did not accept a connection in time.'],
])('reads "%s" without connecting', async (text, why) => {
  const { adminDetail } = await unreachable(request, new Error(text), never);
  expect(adminDetail).toContain(why);
});

it('connects once to tell what a text leaves open', async () => {
  for (const [text, isThere, why] of [
    ['Network connection lost.', true, 'closed the connection without an answer.'],
    ['Network connection lost.', false, 'Nothing accepts connections'],
    ['internal error; reference = x1', true, 'not our TLS'],
    ['internal error; reference = x1', false, 'most likely not found'],
  ] as const) {
    const asked: string[] = [];
    const accepts = async (hostname: string, port: number) => {
      asked.push(`${hostname} ${port}`);
      return isThere;
    };
    const { adminDetail } = await unreachable(request, new Error(text), accepts);
    expect(adminDetail).toContain(why);
    expect(asked).toEqual(['erp.example.com 443']);
  }
});

it('speaks of no name where there is only an address', async () => {
  for (const address of ['http://10.1.2.3:8080/', 'http://[2001:db8::1]/']) {
    const asked: string[] = [];
    const accepts = async (hostname: string, port: number) => asked.push(`${hostname} ${port}`) === 0;
    const { adminDetail } = await unreachable(
      { ...request, url: new URL(address) },
      new Error('internal error; reference = x1'),
      accepts,
    );
    expect(adminDetail).toContain('The platform says: "internal error; reference = x1".');
    expect(asked).toEqual([address.includes('[') ? '2001:db8::1 80' : '10.1.2.3 8080']);
  }
});

it('repeats an unknown text bounded, without addresses, header values and control characters', async () => {
  const text = `odd "${'x'.repeat(50)}" at https://erp.example.com/data?key=abc with Bearer t0ken\n\u0007${'y'.repeat(500)}`;
  const { message, adminDetail } = await unreachable(request, new Error(text), never);
  expect(message).toBe('The origin could not be reached.');
  expect(adminDetail).not.toMatch(/abc|t0ken|\p{Cc}/u);
  expect(adminDetail.length).toBeLessThan(300);
  expect(adminDetail).toContain(`odd  ${'x'.repeat(50)}  at *** with ***`);
});
