/** PUT of what names a secret that nobody has set: taken, with a warning that names the command (CONTRACT 4 "Secrets and hosts"). */
import { describe, expect, inject, it } from 'vitest';
import type { Json } from '../../src/ports/entry.ts';
import { admin, faultsOf } from '../support/admin.ts';
import { unique } from '../support/entries.ts';

const ORIGIN = inject('originUrl');
const named = (name: string) => `$${`{${name}}`}`;
const [SET, UNSET] = [named('ORIGIN_TEST_TOKEN'), named('ORIGIN_NOT_SET')];
const warningOf = (name: string) =>
  `The secret ${name} is not set, so requests that need it will fail. Set it with npx wrangler secret put ${name}, or under npm start with a line ${name}=… in .dev.vars.`;

type Members = { [name: string]: Json };
const origin = (more: Members) => ({ origin: { url: `${ORIGIN}/x`, ...more } });
const post = (body: Json): Members => origin({ method: 'POST', body });
const basic = (user: string, password: string): Members => ({ url: ORIGIN, auth: { basic: { user, password } } });
const hook = (...secrets: string[]): Members => ({ url: `${ORIGIN}/hook`, secrets });

describe('a secret that is not set', () => {
  it.each<[string, Members, string[]]>([
    ['resources', origin({ headers: { Authorization: `Bearer ${UNSET}` } }), ['ORIGIN_NOT_SET']],
    [
      'resources',
      origin({ headers: { A: SET, B: `${UNSET}${named('ORIGIN_NEITHER')}` } }),
      ['ORIGIN_NOT_SET', 'ORIGIN_NEITHER'],
    ],
    ['resources', post({ key: UNSET, again: UNSET }), ['ORIGIN_NOT_SET']],
    ['resources', origin({ headers: { Authorization: SET } }), []],
    ['sources', basic(UNSET, named('ORIGIN_NEITHER')), ['ORIGIN_NOT_SET', 'ORIGIN_NEITHER']],
    ['sources', { url: ORIGIN, auth: { query: { key: UNSET } } }, ['ORIGIN_NOT_SET']],
    ['sources', { url: ORIGIN, auth: { query: { key: SET } } }, []],
    ['webhooks', hook(named('ORIGIN_TEST_HOOK'), UNSET), ['ORIGIN_NOT_SET']],
    ['webhooks', hook(named('ORIGIN_TEST_HOOK')), []],
  ])('is a warning of PUT /%s/ %j: %j', async (kind, body, names) => {
    const path = `/${kind}/${unique('u')}/`;
    const expected = names.length === 0 ? undefined : names.map(warningOf);
    const made = await admin.put(path, body);
    const answer = await made.json<{ warnings?: string[] }>();
    expect([made.status, answer.warnings]).toEqual([201, expected]);
    // It is said of the service as it is, not of the definition: what was answered may be put back, and GET does not tell it.
    const again = await admin.put(path, answer);
    expect([again.status, (await again.json<{ warnings?: string[] }>()).warnings]).toEqual([200, expected]);
    expect(await (await admin.get(path)).json()).not.toHaveProperty('warnings');
    expect((await admin.delete(path)).status).toBe(204);
  });

  it.each(['resources', 'sources'])('is told by a dry run of PUT /%s/, too', async (kind) => {
    const body = kind === 'sources' ? basic('a', UNSET) : origin({ headers: { A: UNSET } });
    const answer = await admin.put(`/${kind}/${unique('u')}/?dry_run=true`, body);
    expect(await answer.json()).toMatchObject({ definition: { warnings: [warningOf('ORIGIN_NOT_SET')] } });
  });

  it('names the first eight of many', async () => {
    const headers = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`X-${n}`, named(`ORIGIN_NOT_SET_${n}`)]));
    const answer = await admin.put(`/resources/${unique('u')}/`, origin({ headers }));
    expect((await answer.json<{ warnings: string[] }>()).warnings).toHaveLength(8);
  });

  it('is a fault and not a warning where the name is not that of a secret', async () => {
    const answer = await admin.put(`/resources/${unique('u')}/`, origin({ headers: { A: named('ORIGIN_HOSTS') } }));
    expect(await faultsOf(answer)).toEqual([expect.stringContaining('may name only secrets')]);
  });
});

describe('what a PUT accepts and is most likely a mistake', () => {
  const warningsOf = async (path: string, body: Members) =>
    (await (await admin.put(path, body)).json<{ warnings?: string[] }>()).warnings;
  const openly = (pointer: string) =>
    `${pointer} seems to hold a credential, which everybody with cache:inspect can read: write \${ORIGIN_…} there, and set that secret.`;

  it.each([['Authorization'], ['x-api-key'], ['Ocp-Apim-Subscription-Key'], ['X-Auth-Token'], ['Cookie']])(
    'is told of a credential in the header %s of a resource and of a source, and never repeats it',
    async (name) => {
      const headers = { [name]: 'Bearer 4711', Accept: 'text/csv', 'X-CSRF-Token': 'Fetch' };
      expect(await warningsOf(`/resources/${unique('u')}/`, origin({ headers }))).toEqual([
        openly(`/origin/headers/${name}`),
      ]);
      expect(await warningsOf(`/sources/${unique('u')}/`, { url: ORIGIN, headers })).toEqual([
        openly(`/headers/${name}`),
      ]);
      const secret = { [name]: `Bearer ${SET}` };
      expect(await warningsOf(`/resources/${unique('u')}/`, origin({ headers: secret }))).toBeUndefined();
    },
  );

  it('is told of the first eight of many such headers', async () => {
    const headers = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`X-Secret-${n}`, 'a']));
    expect(await warningsOf(`/resources/${unique('u')}/`, origin({ headers }))).toHaveLength(8);
  });

  it.each<[Members, boolean]>([
    [{ year: 'integer' }, true],
    [{ type: 'object', year: { type: 'integer' } }, true],
    [{ required: ['year'] }, true],
    [{ properties: { year: { type: 'integer' } } }, false],
    [{ type: 'object', description: 'none' }, false],
    [{ properties: {} }, false],
    [{ additionalProperties: true, year: 1 }, false],
    [{}, false],
  ])('is told of parameters without "properties" %j: %s', async (parameters, isTold) => {
    const put = await warningsOf(`/resources/${unique('u')}/`, { ...origin({}), parameters });
    expect(put).toEqual(isTold ? [expect.stringMatching(/^\/parameters has no "properties"/)] : undefined);
  });
});
