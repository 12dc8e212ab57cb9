/** The last step of a deploy: what it deployed is asked whether it is well (CONTRACT 7). */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addressIn, findIll } from '../../scripts/lib/deployed-health.ts';

describe('the address', () => {
  it.each<[string, string | null]>([
    ['Uploaded freshet\n  https://freshet.acme.workers.dev\n  schedule: * * * * *', 'https://freshet.acme.workers.dev'],
    ['  freshet.example.com (custom domain)\n  https://freshet.acme.workers.dev', 'https://freshet.example.com'],
    ['Uploaded freshet\n  schedule: * * * * *', null],
  ])('in %j is %s', (output, address) => {
    expect(addressIn(output)).toBe(address);
  });
});

describe('a service', () => {
  /** Answers one body after the other, and then always the last one. */
  async function answering(...bodies: string[]): Promise<{ address: string; asked: () => number }> {
    let asked = 0;
    const server = createServer((request, response) => {
      expect(request.url).toBe('/healthz');
      response.writeHead(asked === 0 ? 503 : 200).end(bodies[Math.min(asked, bodies.length - 1)]);
      asked += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
  }

  it('is asked until it is well', async () => {
    const { address, asked } = await answering('not there yet', '{"status":"misconfigured"}', '{"status":"ok"}');
    expect(await findIll(address, { patienceMs: 10_000, pauseMs: 1 })).toBeNull();
    expect(asked()).toBe(3);
  });

  it.each([
    [
      '{"status":"misconfigured","settings":["The setting JWT_SECRET must have at least 32 bytes."]}',
      'It accepts no token: The setting JWT_SECRET must have at least 32 bytes. Fix that and deploy again.',
    ],
    ['{"status":"failing","stores":{"d1":"failing"}}', 'says failing: {"d1":"failing"}'],
    ['<html>error 1042</html>', 'does not answer as expected: <html>error 1042</html>'],
  ])('that says %s is told', async (body, told) => {
    const { address } = await answering(body);
    expect(await findIll(address, { patienceMs: 0, pauseMs: 1 })).toContain(told);
  });

  it('that cannot be reached is told', async () => {
    expect(await findIll('http://127.0.0.1:1', { patienceMs: 0, pauseMs: 1 })).toContain('does not answer');
  });
});
