/** Members in the wrong place of a body: the fault names the right one (CONTRACT 6). */

import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Resource } from '../../src/contract/resource.ts';
import { Source } from '../../src/contract/source.ts';
import { faultsOfForm } from '../../src/core/form-faults.ts';

const faultsOf = (schema: v.GenericSchema, body: unknown) =>
  faultsOfForm(body, schema, v.safeParse(schema, body).issues ?? []).map(
    ({ pointer, detail }) => `${pointer} ${detail}`,
  );
const origin = { url: 'https://erp.example.com/' };

describe('a member at the wrong place', () => {
  it.each<[object, string]>([
    [{ origin, source: 'erp' }, '/source is not known here; it belongs in "origin"'],
    [{ origin, url: 'x' }, '/url is not known here; it belongs in "origin" or in "origin.changes"'],
    [{ origin, max_attempts: 3 }, '/max_attempts is not known here; it belongs in "retry"'],
    [{ origin, columns: [] }, '/columns is not known here; it belongs in "tables[]"'],
    [{ origin: { ...origin, ttl_s: 3 } }, '/origin/ttl_s is not known here; it belongs at the top'],
    [
      { origin, tables: [{ name: 't', rows: '', columns: [{ name: 'a', sql: 'x' }] }] },
      '/tables/0/columns/0/sql is not known here; it belongs in "origin.changes" or in "tables[]"',
    ],
  ])('of a resource is told where it belongs: %j', (body, fault) => {
    expect(faultsOf(Resource, body)).toEqual([fault]);
  });

  it('of a source is told as well, within a choice of forms, too', () => {
    expect(faultsOf(Source, { ...origin, per_s: 3 })).toEqual(['/per_s is not known here; it belongs in "rate"']);
    expect(faultsOf(Source, { ...origin, token_url: 'x' })[0]).toMatch(/^\/token_url .* it belongs in "auth/);
  });

  it.each([
    ['that many objects have is told nothing', { origin, at: '/a' }, '/at is not known here'],
    ['that no object has is told nothing', { origin, colour: 'red' }, '/colour is not known here'],
    [
      'that is like one which is known here is told that',
      { origin, ttl: 1 },
      '/ttl is not known here; perhaps "ttl_s" is meant',
    ],
  ])('%s', (_, body, fault) => {
    expect(faultsOf(Resource, body)).toEqual([fault]);
  });

  it.each(['__proto__', 'constructor', 'toString'])('of the name %s is told nothing', (name) => {
    expect(faultsOf(Resource, { origin, ...JSON.parse(`{"${name}":1}`) })).toEqual([`/${name} is not known here`]);
  });
});
