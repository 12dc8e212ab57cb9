/** CONTRACT 2 "Parameter values", 3 and 6: what `/rpc/<resource_title>/` refuses. */
import { describe, expect, it } from 'vitest';
import { Client } from '../support/client.ts';
import { Source } from '../support/sources.ts';

const alice = new Client({ user: 'alice' });
const SCHEMA = {
  type: 'object',
  properties: { year: { type: 'integer' }, region: { type: 'string' }, ids: { type: 'array' } },
};

async function faultsOf(answer: Response) {
  const { type, errors = [] } = await answer.json<{ type: string; errors?: { pointer: string; detail: string }[] }>();
  return [answer.status, type.split('#')[1], ...errors.map(({ pointer, detail }) => `${pointer} ${detail}`)];
}

describe('a query', () => {
  it.each([
    ['year=x', '/year must be an integer'],
    ['year=2.5', '/year must be an integer'],
    ['ids=1', '/ids must be sent by POST: a query has no arrays and objects'],
    ['yeer=1', '/yeer is not a parameter of this resource: it has "year", "region", "ids"; perhaps "year" is meant'],
    ['colour=red', '/colour is not a parameter of this resource: it has "year", "region", "ids"'],
    ['year=1&year=2', '/year must not be repeated'],
    ['region=%E0%A4%A', '/region has percent-encoding that is not UTF-8'],
    ['region=%ff', '/region has percent-encoding that is not UTF-8'],
    ['region=a%00b', '/region must not have NUL characters'],
    ['year=9007199254740992', '/year must be between -(2^53-1) and 2^53-1'],
  ])('%s is refused: %s', async (query, fault) => {
    const source = await Source.define({ parameters: SCHEMA });
    const faults = await faultsOf(await alice.get(`${source.path}?${query}`));
    expect(faults).toEqual([400, 'invalid-parameters', fault]);
    expect(await source.loads()).toBe(0);
  });

  it('beside a POST is refused, for its parameters stand in the body', async () => {
    const source = await Source.define({ parameters: SCHEMA });
    const faults = await faultsOf(await alice.post(`${source.path}?year=2020`, {}));
    expect(faults).toEqual([400, 'invalid-parameters', '/year is not known here']);
  });
});

describe('a body', () => {
  it.each([
    ['{"year":"2020"}', 400, ['invalid-parameters', '/year must be an integer']],
    ['{"year":1e999}', 400, ['invalid-parameters', '/year must be a finite number']],
    ['{"region":"\\ud800"}', 400, ['invalid-parameters', '/region must not have lone surrogates']],
    ['[]', 400, ['invalid-parameters', ' must be a JSON object']],
    ['{"year":', 400, ['invalid-json']],
    [' ', 400, ['invalid-json']],
  ])('%s is refused', async (body, status, faults) => {
    const source = await Source.define({ parameters: SCHEMA });
    const answer = await alice.send('POST', source.path, { 'Content-Type': 'application/json' }, body);
    expect(await faultsOf(answer)).toEqual([status, ...faults]);
  });

  it('of another type is 415', async () => {
    const source = await Source.define();
    const answer = await alice.send('POST', source.path, { 'Content-Type': 'text/plain' }, '{}');
    expect(await faultsOf(answer)).toEqual([415, 'unsupported-media-type']);
  });

  it('over 64 KiB is 413', async () => {
    const source = await Source.define();
    const answer = await alice.post(source.path, { region: 'x'.repeat(65_536) });
    expect(await faultsOf(answer)).toEqual([413, 'too-large']);
  });
});

describe('a title', () => {
  it.each(['nobody-knows-me', 'a%2Fb', '%zz', 'x'.repeat(200)])(
    '"%s" is 404, and the problem names it and where all are listed',
    async (title) => {
      const answer = await alice.get(`/rpc/${title}/`);
      const { detail } = await answer.clone().json<{ detail: string }>();
      expect(await faultsOf(answer)).toEqual([404, 'not-found']);
      expect(detail).toContain(title.startsWith('a') ? 'a/b' : title.slice(0, 128));
      expect(detail).toContain('GET /api/v1/catalog/ lists them.');
      expect(answer.headers.get('Content-Security-Policy')).toBe("default-src 'none'; sandbox");
    },
  );

  it('may have letters of any script', async () => {
    const source = await Source.define({}, 'продажи-販売');
    expect((await alice.get(`/rpc/${encodeURIComponent(source.title)}/`)).status).toBe(200);
  });
});

describe('X-Delta', () => {
  it.each(['', 'v2-v1', 'v0-v0', 'newest'])('"%s" is refused, whatever the body', async (value) => {
    const source = await Source.define();
    const answer = await alice.get(source.path, { 'X-Delta': value });
    expect((await faultsOf(answer)).slice(0, 2)).toEqual([400, 'invalid-header']);
  });

  it('of a version not reached yet is refused', async () => {
    const source = await Source.define();
    expect((await alice.get(source.path)).status).toBe(200);
    const faults = await faultsOf(await alice.get(source.path, { 'X-Delta': 'v1-v2' }));
    expect(faults).toEqual([400, 'invalid-header', 'X-Delta names v2, but the last version is v1']);
  });

  it.each(['v1-v1', 'v0-v1', 'v0-last', 'v1-last', 'auto'])('%s is answered', async (value) => {
    const source = await Source.define({ tables: [{ name: 't', rows: '', columns: ['id'] }] });
    await source.origin.answerJson([{ id: 7 }]);
    expect((await alice.get(source.path, { 'X-Delta': value })).status).toBe(200);
  });
});

it.each(['', 'ü', 'two words', 'x'.repeat(129)])('X-Device-Id "%s" is refused', async (device) => {
  const source = await Source.define();
  const answer = await alice.get(source.path, { 'X-Device-Id': device });
  expect((await faultsOf(answer)).slice(0, 2)).toEqual([400, 'invalid-header']);
});
