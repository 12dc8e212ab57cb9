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
