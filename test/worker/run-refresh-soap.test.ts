import { describe, expect, it } from 'vitest';
import { buildRequest } from '../../src/origin/build-request.ts';
import { Refreshed, services } from '../support/refreshes.ts';
import { sampleResource } from '../support/resources.ts';
import { ACTION, type SoapVersion } from '../support/soap-service.ts';
import { thrownBy } from '../support/thrown.ts';

const KEY = 'K3y-Of-The-Origin';
const ENVELOPES = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
};

/** How `GetItems` is asked for. */
function origin(version: SoapVersion) {
  const headers: Record<string, string> =
    version === '1.1'
      ? { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: `"${ACTION}"` }
      : { 'Content-Type': `application/soap+xml; charset=utf-8; action="${ACTION}"` };
  return {
    method: 'POST' as const,
    headers,
    body: `<e:Envelope xmlns:e="${ENVELOPES[version]}"><e:Header><Key xmlns="urn:erp">\${ORIGIN_TEST_KEY}</Key></e:Header><e:Body><GetItems xmlns="urn:erp:items"><Plant>{of}</Plant></GetItems></e:Body></e:Envelope>`,
  };
}

/** A cache of a plant's items. */
async function items(version: SoapVersion, plant: string, key = KEY) {
  const definition = {
    origin: origin(version),
    format: 'xml' as const,
    tables: [
      {
        name: 'items',
        rows: '/Envelope/Body/GetItemsResponse/Result/Item',
        columns: [
          { name: 'id', at: '/@Id', as: 'number' as const },
          { name: 'plant', at: '/Plant' },
          { name: 'price', at: '/Price/Amount', as: 'number' as const },
        ],
      },
    ],
  };
  const cache = await Refreshed.define(definition, { of: plant });
  await cache.origin.answer({ soap: { version, key }, bytes_per_chunk: 11 });
  return cache;
}

describe.each<SoapVersion>(['1.1', '1.2'])('a SOAP %s service', (version) => {
  it('is asked by text, action and secret, and its items become rows', async () => {
    const cache = await items(version, 'R&D <1> ]]>');
    const { task, entry } = await cache.refresh();
    expect(task).toMatchObject({ state: 'SUCCESS' });
    expect(entry && (await cache.body(entry))).toBe(
      '[{"name":"items","columns":["id","plant","price"],"data":[[1,1,"R&D <1> ]]>",1.50],[2,2,"R&D <1> ]]>",2.50]]}]',
    );
  });

  it.each([
    ['one', '[1,1,"one",1.50]'],
    ['none', ''],
  ])('has a list of %s item as of many', async (plant, rows) => {
    const cache = await items(version, plant);
    const { entry } = await cache.refresh();
    expect(entry && (await cache.body(entry))).toContain(`"data":[${rows}]`);
  });

  it.each([
    ['closed', 'FAILURE', version === '1.1' ? 'Client' : 'Sender'],
    ['quiet', 'FAILURE', version === '1.1' ? 'Client' : 'Sender'],
    ['busy', 'RETRY', version === '1.1' ? 'Server' : 'Receiver'],
  ])('that answers with a Fault, whatever its status, ends the load: plant %s, %s', async (plant, state, code) => {
    const cache = await items(version, plant);
    const { task } = await cache.refresh();
    const error = {
      type: '/docs/problems#origin-refused',
      title: 'The origin answered that it failed',
      detail: `The origin answered with a SOAP Fault of the code ${code}.`,
    };
    expect(task).toMatchObject({ state, ...(state === 'FAILURE' && { error }) });
  });

  it('that repeats the secret it was sent tells it to nobody', async () => {
    const cache = await items(version, 'x', 'another');
    const { task } = await cache.refresh();
    expect(task).toMatchObject({
      state: 'FAILURE',
      error: { admin_detail: expect.stringContaining('The key *** is wrong') },
    });
    expect(JSON.stringify(task)).not.toContain(KEY);
  });
});

describe('a parameter in the body of a request', () => {
  const cacheOf = (of: string) => ({ key: '', resource: 'r', owner: null, parameters: { of } }) as never;
  const definition = sampleResource({ format: 'xml', origin: { url: 'https://127.0.0.1/', ...origin('1.1') } });
  const access = { hosts: ['127.0.0.1'], secret: services.secret };

  it('stays data, whatever it holds', () => {
    const { body } = buildRequest(definition, cacheOf('</Plant><Key>x</Key><Plant>'), access);
    expect(body).toContain('<Plant>&#60;/Plant&#62;&#60;Key&#62;x&#60;/Key&#62;&#60;Plant&#62;</Plant>');
  });

  it('cannot hold control characters', () => {
    expect(thrownBy(() => buildRequest(definition, cacheOf('a\u0008'), access))).toMatchObject({
      code: 'invalid-parameters',
    });
  });

  it('does not bring a secret to a host that ORIGIN_HOSTS does not name', () => {
    expect(thrownBy(() => buildRequest(definition, cacheOf('a'), { ...access, hosts: ['*'] }))).toMatchObject({
      code: 'misconfigured',
    });
  });
});
