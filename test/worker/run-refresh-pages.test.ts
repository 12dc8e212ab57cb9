import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { d1Entries } from '../../src/stores/entries.ts';
import { type OriginAnswer, TestOrigin } from '../support/origin.ts';
import { Refreshed } from '../support/refreshes.ts';

const TABLE = { name: 't', rows: '/value', columns: ['id', 'a'] };
const ONCE = { max_attempts: 1, backoff_s: 0 };
const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_row, n) => ({ id: from + n, a: `r${from + n}` }));

/** These answers one after the other; the last again and again. */
function chain([first = {}, ...others]: OriginAnswer[]): OriginAnswer {
  return others.length === 0 ? first : { ...first, next: chain(others) };
}
const json = (body: unknown, more: OriginAnswer = {}): OriginAnswer => ({ body: JSON.stringify(body), ...more });
/** Pages that links lead through. */
const pages = (...of: object[][]) =>
  of.map((value, at) => json({ value, ...(at + 1 < of.length ? { '@odata.nextLink': `?page=${at + 2}` } : {}) }));
const LINKED = { pages: { next: '/@odata.nextLink' }, timeout_s: 120 };
const define = (origin: object = {}, more: Parameters<typeof Refreshed.define>[0] = {}) =>
  Refreshed.define({ tables: [TABLE], retry: ONCE, ...more, origin: { ...LINKED, ...origin } });

const failed = (code: string, state = 'FAILURE') => ({
  state,
  error: expect.objectContaining({ type: `/docs/problems#${code}` }),
});
const asked = async (cache: Refreshed) => (await cache.origin.requests()).map(({ path }) => path.split('/data')[1]);
const stored = async (cache: Refreshed) => {
  const entry = await d1Entries(env.DB).find(cache.cache.key);
  const loaded = entry?.loaded ?? null;
  return { loaded, body: entry !== null && loaded !== null ? await cache.body(entry) : null };
};
const idsIn = (body: string | null) => JSON.parse(body ?? 'null')?.[0].data.map(([, id]: [number, number]) => id);

describe('a load in pages', () => {
  it('is one version, as one answer would be: the same body, hash and ids', async () => {
    const all = rows(1, 7);
    const cache = await define();
    await cache.origin.answer(chain(pages(all.slice(0, 3), [], all.slice(3))));
    const { task, entry } = await cache.refresh();
    expect(task.state).toBe('SUCCESS');
    const whole = await Refreshed.define({ tables: [TABLE] });
    await whole.origin.answer(json({ value: all }));
    const { entry: other } = await whole.refresh();
    expect(entry && (await cache.body(entry))).toBe(other && (await whole.body(other)));
    expect(entry?.loaded).toMatchObject({ version: 1, rows: 7, hash: other?.loaded?.hash });
    // Cut otherwise, it is still the same.
    await cache.origin.answer(chain(pages(all.slice(0, 1), all.slice(1))));
    expect((await cache.refresh()).entry?.loaded).toMatchObject({ version: 2, changed: 1 });
  });

  it('sends headers and secrets with each page, and never a condition', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition writes it
    const cache = await define({ headers: { 'X-Key': '${ORIGIN_TEST_TOKEN}' } });
    const tagged = pages(rows(1, 1), rows(2, 1)).map((page) => ({ ...page, headers: { ETag: '"1"' } }));
    for (let load = 0; load < 2; load += 1) {
      await cache.origin.answer(chain(tagged));
      await cache.refresh();
    }
    const requests = await cache.origin.requests();
    expect(requests.map(({ path }) => path.split('/data')[1])).toEqual(['', '?page=2', '', '?page=2']);
    for (const { headers } of requests) {
      expect(headers).toMatchObject({ 'x-key': 'secret of the origin' });
      expect(headers).not.toHaveProperty('if-none-match');
    }
  });

  it('complaint 5: sends nothing to another host, and fails', async () => {
    const other = new TestOrigin();
    await other.answer(json({ value: [] }));
    const cache = await define();
    await cache.origin.answer(
      json({ value: rows(1, 1), '@odata.nextLink': other.url.replace('127.0.0.1', 'localhost') }),
    );
    const { task } = await cache.refresh();
    expect(task).toMatchObject(failed('origin-redirect'));
    expect(await other.requests()).toEqual([]);
  });

  it('follows redirects of a page, and resolves its link from there', async () => {
    const cache = await define();
    const moved: OriginAnswer = { status: 307, headers: { Location: 'data/all?page=1' }, body: '' };
    await cache.origin.answer(chain([moved, ...pages(rows(1, 1), rows(2, 1))]));
    expect((await cache.refresh()).task.state).toBe('SUCCESS');
    expect(await asked(cache)).toEqual(['', '/all?page=1', '/all?page=2']);
  });

  it('counts the bytes of all pages against max_bytes, and their rows against the guard', async () => {
    const answers = pages(rows(1, 20), rows(21, 20), rows(41, 20));
    const bytes = answers.map(({ body = '' }) => body.length);
    const all = bytes.reduce((sum, each) => sum + each, 0);
    const fits = await define({ max_bytes: all });
    await fits.origin.answer(chain(answers));
    expect((await fits.refresh()).task.state).toBe('SUCCESS');
    const small = await define({ max_bytes: all - 1 });
    await small.origin.answer(chain(answers));
    const { task } = await small.refresh();
    expect(task).toMatchObject({ ...failed('origin-too-large'), state: 'FAILURE' });
    expect(task.error?.detail).toContain(`more than ${all - 1} bytes`);
    await fits.redefine({ tables: [TABLE], origin: LINKED, guard: { min_rows: 61 } }, false);
    await fits.origin.answer(chain(answers));
    expect((await fits.refresh()).task).toMatchObject(failed('origin-guard'));
  });

  it('fails permanently with a status that is final, and tells it', async () => {
    const cache = await define();
    await cache.origin.answer(chain([pages(rows(1, 1), [])[0] ?? {}, { status: 404, body: '' }]));
    expect((await cache.refresh()).task).toMatchObject(failed('origin-status'));
    expect(await asked(cache)).toEqual(['', '?page=2']);
  });
});

describe('a page that fails', () => {
  const NOW = { 'Retry-After': '0' };
  const later = (status: number): OriginAnswer => ({ status, headers: NOW, body: 'busy' });
  const [first = {}, second = {}, third = {}] = pages(rows(1, 2), rows(3, 2), rows(5, 2));

  it.each([429, 503, 500, 408, 425, 202, 409])(
    'complaint 7: with %i and Retry-After is asked for again in place',
    async (status) => {
      const cache = await define();
      await cache.origin.answer(chain([first, later(status), later(status), second, later(status), third]));
      const { task } = await cache.refresh();
      expect(task).toMatchObject({ state: 'SUCCESS', attempt: 1 });
      expect(await asked(cache)).toEqual(['', '?page=2', '?page=2', '?page=2', '?page=3', '?page=3']);
      expect(idsIn((await stored(cache)).body)).toEqual([1, 2, 3, 4, 5, 6]);
    },
  );

  it('that breaks off is asked for again, and its rows count once', async () => {
    const cache = await define();
    await cache.origin.answer(chain([first, { ...second, cut_after: 40 }, second, { ...third, cut_after: 0 }, third]));
    const { task } = await cache.refresh({ random: () => 0 });
    expect(task).toMatchObject({ state: 'SUCCESS', attempt: 1 });
    expect(idsIn((await stored(cache)).body)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each<[what: string, page: OriginAnswer, detail: RegExp]>([
    ['its status', { status: 404, body: '' }, /^Page 2: The origin answered with status 404\./],
    ['its JSON', { body: '{"value":[{"id":3}' }, /^Page 2: The origin's JSON breaks off/],
    ['its type', { body: '<p>', headers: { 'Content-Type': 'text/html' } }, /^Page 2: The origin's content type is/],
    ['its length', { ...second, headers: { 'Content-Length': '1000000000' } }, /^Page 2: .*more than \d+ bytes/],
    ['a row', json({ value: [7] }), /^Page 2: Table "t", row 2: it is neither an object nor an array/],
  ])('is named where the failure is about %s', async (_what, page, detail) => {
    const cache = await define();
    await cache.origin.answer(chain([first, page]));
    const { task } = await cache.refresh();
    expect(task.error?.detail).toMatch(detail);
    await cache.origin.answer(page);
    expect((await cache.refresh()).task.error?.detail).not.toMatch(/^Page/);
  });

  it('three times more ends the attempt: the next begins at the first page', async () => {
    const cache = await define({}, { retry: { max_attempts: 2, backoff_s: 0 } });
    await cache.origin.answer(chain([first, later(503), later(503), later(503), later(503), first, second, third]));
    const { task } = await cache.refresh();
    expect(task).toMatchObject({ ...failed('origin-status', 'RETRY'), attempt: 1 });
    expect(await asked(cache)).toEqual(['', '?page=2', '?page=2', '?page=2', '?page=2']);
    expect((await stored(cache)).loaded).toBeNull();
    expect(await cache.objects()).toEqual([]);
  });

  it('is asked for again ten times in all of a load', async () => {
    const cache = await define();
    const many = pages(...Array.from({ length: 12 }, (_page, n) => rows(n, 1)));
    await cache.origin.answer(chain(many.flatMap((page) => [later(503), page])));
    expect((await cache.refresh()).task).toMatchObject(failed('origin-status'));
    // Ten pages came at the second try; the eleventh failed.
    expect(await asked(cache)).toHaveLength(21);
  });

  it.each([
    ['longer than a minute', '61', 300],
    ['past half of the time that is left', '20', 30],
  ])('and asks for a wait that is %s ends the attempt with it', async (_name, wait, timeout_s) => {
    const cache = await define({ timeout_s });
    await cache.origin.answer(chain([first, { ...later(429), headers: { 'Retry-After': wait } }, second]));
    const before = Date.now();
    const { entry } = await cache.refresh();
    expect(await asked(cache)).toEqual(['', '?page=2']);
    expect(entry?.retryAt).toBeGreaterThanOrEqual(before + Number(wait) * 1000);
  });

  it('and had more than 1 MiB is not asked for again: rows of it have been read', async () => {
    const cache = await define();
    const body = JSON.stringify({ value: rows(1, 60_000), '@odata.nextLink': '?page=2' });
    const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    await cache.origin.answer(chain([{ raw: head + body.slice(0, 1_300_000) }, second]));
    const { task } = await cache.refresh();
    expect(task).toMatchObject(failed('origin-unreachable'));
    expect(await asked(cache)).toEqual(['']);
  });

  it('but whose form is wrong is not asked for again', async () => {
    const cache = await define();
    await cache.origin.answer(chain([first, { body: '{"value":[', headers: {} }, second]));
    expect((await cache.refresh()).task).toMatchObject(failed('origin-malformed'));
    expect(await asked(cache)).toEqual(['', '?page=2']);
  });
});

describe('a page without rows of its own words', () => {
  it('complaint 8: an error under 200 on a later page fails by expect, and by its errors', async () => {
    const cache = await define({ expect: [{ at: '/ok', is: true }] });
    await cache.origin.answer(
      chain([json({ ok: true, value: rows(1, 1), '@odata.nextLink': '?page=2' }), json({ ok: false, value: [] })]),
    );
    expect((await cache.refresh()).task).toMatchObject(failed('origin-refused'));
    const other = await define();
    await other.origin.answer(
      chain([json({ value: rows(1, 1), '@odata.nextLink': '?page=2' }), json({ errors: ['x'], value: [] })]),
    );
    expect((await other.refresh()).task).toMatchObject(failed('origin-refused'));
  });

  it('complaint 16: a page that is larger than what is held streams, with the link behind its rows', async () => {
    const cache = await define();
    await cache.origin.answer(chain(pages(rows(1, 60_000), rows(60_001, 1))));
    const { entry, task } = await cache.refresh();
    expect([task.state, entry?.loaded?.rows]).toEqual(['SUCCESS', 60_001]);
  });
});

describe('Invariant 10: a version is made of pages of one attempt, read in order, each once', () => {
  const KINDS = ['whole', 'status', 'coding', 'malformed', 'refused', 'loop', 'host', 'key', 'row'] as const;
  const recipe = fc.record({
    sizes: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 }),
    page: fc.nat(4),
  });
  const expectOk = [{ at: '/ok', is: true }];

  function answersOf({ sizes, page }: { sizes: number[]; page: number }, kind: (typeof KINDS)[number]): OriginAnswer[] {
    let next = 1;
    return sizes.map((size, at) => {
      const value = rows(next, size);
      next += size;
      const link = at + 1 < sizes.length ? { '@odata.nextLink': `?page=${at + 2}` } : {};
      const body = { ok: true, value, ...link };
      if (kind === 'whole' || page % sizes.length !== at) return json(body);
      switch (kind) {
        case 'status':
          return { status: 404, body: '' };
        case 'coding':
          return { ...json(body), headers: { 'Content-Encoding': 'x-unknown' } };
        case 'malformed':
          return { body: JSON.stringify(body).slice(0, -1), headers: { 'Content-Type': 'application/json' } };
        case 'refused':
          return json({ ...body, ok: false });
        case 'loop':
          return json({ ...body, value: [{ id: -1 }], '@odata.nextLink': '?' });
        case 'host':
          return json({ ...body, '@odata.nextLink': 'http://user@127.0.0.1/' });
        case 'key':
          return json({ ...body, value: [{ id: 1 }, { id: 1 }] });
        default:
          return json({ ...body, value: [7] });
      }
    });
  }

  it('and any page that fails leaves everything as it was', { timeout: 120_000 }, async () => {
    const cache = await define({ expect: expectOk }, { tables: [{ ...TABLE, key: ['id'] }] });
    const differences: unknown[] = [];
    for (const [run, made] of fc.sample(recipe, { numRuns: 3 * KINDS.length, seed: inject('seed') }).entries()) {
      const kind = KINDS[run % KINDS.length] ?? 'whole';
      const before = await stored(cache);
      await cache.origin.answer(chain(answersOf(made, kind)));
      const { task } = await cache.refresh();
      const after = await stored(cache);
      const count = made.sizes.reduce((sum, size) => sum + size, 0);
      const isRight =
        kind === 'whole'
          ? task.state === 'SUCCESS' &&
            JSON.stringify(idsIn(after.body)) === JSON.stringify(rows(1, count).map(({ id }) => id))
          : task.state === 'FAILURE' && JSON.stringify(after) === JSON.stringify(before);
      if (!isRight) differences.push({ made, kind, before, after, task });
    }
    expect(differences).toEqual([]);
  });
});
