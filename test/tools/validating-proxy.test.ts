/** The OpenAPI text held against the service by Prism: what it says is valid is taken, and each answer is as it says. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { Service } from '../e2e/support/service.ts';
import type { OpenApiDocument } from '../support/openapi-contract.ts';
import { Prism, violationsIn } from './support/prism.ts';
import { type Found, VARIED_CALLS, type VariedCall } from './support/varied-calls.ts';

describe.skipIf(!isThere('tools/openapi'))('through a proxy that validates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-prism-'));
  const found: Found = { etag: '', link: '', taskId: '', key: '', cars: {} };
  /** Method and path, as they were called, and as the text has them. */
  const targets: { method: string; path: string }[] = [];
  let operations: string[] = [];
  let service: Service;
  let prism: Prism;
  let token: string;

  beforeAll(async () => {
    service = await Service.start({ env: { RATE_LIMITS: 'off' } });
    token = await service.token('alice', { scope: 'cache:read cache:refresh cache:inspect cache:admin' });
    // Three rows differ at each load, so that a further refresh makes a delta.
    await fetch(`${service.originUrl}/control`, { method: 'POST', body: '{"changes":3}' });
    const document = join(folder, 'openapi.json');
    const text = await (await fetch(`${service.url}/api/v1/openapi.json`)).text();
    writeFileSync(document, text);
    operations = Object.entries((JSON.parse(text) as OpenApiDocument).paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    prism = await Prism.start(document, service.url);
  }, 180_000);
  afterAll(async () => {
    await prism?.stop();
    await service?.stop();
    rmSync(folder, { recursive: true });
  });

  async function send({ method = 'GET', path, headers = {}, body }: Omit<VariedCall, 'name' | 'status'>) {
    const below = of(path);
    const target = below.startsWith('/') ? below : `/api/v1/${below}`;
    targets.push({ method, path: target.replace(/\?.*/, '') });
    const sent = of(body);
    const answer = await fetch(`${prism.url}${target}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(sent === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...of(headers),
      },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    });
    return { answer, text: await answer.text() };
  }

  /** The path of the text that a path is of; itself where there is none. */
  function templateOf(path: string): string {
    const fits = (template: string) =>
      new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
    return operations.map((operation) => operation.split(' ')[1] ?? '').find(fits) ?? path;
  }

  function of<Value>(value: Value | ((found: Found) => Value)): Value {
    return typeof value === 'function' ? (value as (found: Found) => Value)(found) : value;
  }

  it.each(VARIED_CALLS.map((call) => [call.name, call] as const))('%s', async (_name, call) => {
    const { answer, text } = await send(call);
    expect({ status: answer.status, violations: violationsIn(answer) }, text.slice(0, 1000)).toEqual({
      status: call.status,
      violations: [],
    });
    found.etag = answer.headers.get('ETag') ?? found.etag;
    found.link = answer.headers.get('Link') ?? found.link;
    call.keep?.(JSON.parse(text) as never, found);
  });

  it('makes at least 60 calls, of each operation', () => {
    expect(VARIED_CALLS.length).toBeGreaterThanOrEqual(60);
    const called = new Set(targets.map(({ method, path }) => `${method} ${templateOf(path)}`));
    expect(operations.filter((operation) => !called.has(operation))).toEqual([]);
  });

  it('takes every definition that the service gives, and gives it back', async () => {
    const { text } = await send({ path: 'resources/' });
    const resources = JSON.parse(text) as { title: string }[];
    expect(resources.length).toBeGreaterThan(3);
    for (const resource of resources) {
      const put = await send({ method: 'PUT', path: `resources/${resource.title}/`, body: resource });
      expect([put.answer.status, violationsIn(put.answer)]).toEqual([200, []]);
      expect(JSON.parse(put.text)).toEqual(resource);
    }
  });

  it.each<[string, Omit<VariedCall, 'name' | 'status'>, string]>([
    [
      'an unknown member of a definition',
      { method: 'PUT', path: 'resources/cars/', body: { origin: { url: 'https://a.example.com/' }, ttl: 1 } },
      'request.body',
    ],
    ['a limit that is no number', { path: 'cache/?limit=x' }, 'request.query'],
    ['a refresh without a title', { method: 'POST', path: 'cache/refresh/', body: {} }, 'request.body'],
  ])('finds %s', async (_what, call, place) => {
    const { answer } = await send(call);
    expect(answer.status).toBe(400);
    expect(violationsIn(answer).map(({ location }) => location.slice(0, 2).join('.'))).toContain(place);
  });
});
