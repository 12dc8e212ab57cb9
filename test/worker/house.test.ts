import { env, exports } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { TestOrigin } from '../support/origin.ts';

it('runs in workerd with stores and an origin', async () => {
  const origin = new TestOrigin();
  await origin.answerJson({ a: 1 });
  expect(await (await fetch(`${origin.url}/x`)).json()).toEqual({ a: 1 });
  expect(await origin.requests()).toHaveLength(1);
  expect((await env.DB.prepare('SELECT count(*) AS n FROM resources').first())?.n).toBe(0);
  expect((await exports.default.fetch('http://x/nowhere')).status).toBe(404);
});
