/** Clients that generators make of the OpenAPI texts: they compile under `strict`, and make the calls of a device. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { Service } from '../e2e/support/service.ts';
import type { Outcome } from './clients/outcome.ts';
import { DOCUMENTS, GENERATORS, GeneratedClients } from './support/generated-clients.ts';

describe.skipIf(!isThere('tools/openapi'))('clients', () => {
  let service: Service;
  let clients: GeneratedClients;

  beforeAll(async () => {
    service = await Service.start();
    const token = await service.token('alice');
    const text = async (path: string) => {
      const answer = await fetch(`${service.url}/api/v1/${path}`, { headers: { Authorization: `Bearer ${token}` } });
      expect(answer.status).toBe(200);
      return answer.text();
    };
    // Three rows differ at each load, so that each refresh makes a delta.
    await fetch(`${service.originUrl}/control`, { method: 'POST', body: '{"changes":3}' });
    const documents = { api: await text('openapi.json'), resource: await text('catalog/cars/openapi.json') };
    clients = new GeneratedClients(documents, service.url, token);
    await clients.generate();
  }, 180_000);
  afterAll(async () => {
    clients?.remove();
    await service?.stop();
  });

  it('compile under strict', async () => {
    expect(await clients.compile()).toBe('');
  });

  const all = GENERATORS.flatMap((generator) => DOCUMENTS.map((document) => [generator, document] as const));
  it.each(all)(
    'of %s, made of the document of the %s, refresh, read, validate and follow changes',
    async (...which) => {
      const { code, stdout, stderr } = await clients.run(...which);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { listed, rows, ...outcome } = JSON.parse(stdout) as Outcome;
      expect(outcome).toEqual({
        refreshed: 'SUCCESS',
        state: 'SUCCESS',
        columns: ['id', 'name'],
        again: 304,
        inserted: 3,
        deleted: 3,
        problem: '/docs/problems#invalid-parameters',
      });
      expect(rows).toBeGreaterThan(10);
      // Of one resource's document the list is no part.
      expect(new Set(listed)).toEqual(new Set(which[1] === 'api' ? ['alice'] : []));
    },
  );
});
