/** CONTRACT 3 "Many caches at once": the answer in lines, with bodies byte for byte, compressed where asked. */
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { app } from '../../src/app.ts';
import { heldRequests } from '../../src/flows/live/held-requests.ts';
import { compressorBytes } from '../../src/http/gzip.ts';
import { Client } from '../support/client.ts';
import { loadedTable, loadRows } from '../support/live.ts';
import { Source } from '../support/sources.ts';
import { readLines } from '../support/sync.ts';
import { heldSource, untilLoading } from '../support/tasks.ts';
import { token } from '../support/token.ts';
import { until } from '../support/until.ts';

const alice = new Client({ user: 'alice' });
const LINES = { Accept: 'application/x-ndjson', 'Content-Type': 'application/json' };
const ask = (caches: readonly unknown[], more: object = {}, headers = {}) =>
  alice.post('/sync/', { caches, ...more }, { ...LINES, ...headers });

/** Text of an answer as its bytes arrive. */
async function* textOf(answer: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const bytes of answer.body ?? []) yield decoder.decode(bytes, { stream: true });
}

/** A table whose bytes JSON.parse and JSON.stringify would change. */
async function exactTable(rows: string[]): Promise<Source> {
  const source = await Source.define({ tables: [{ name: 't', rows: '', columns: ['n'] }] });
  await source.origin.answer({ body: `[${rows.map((n) => `{"n":${n}}`)}]` });
  return source;
}

describe('an answer in lines', () => {
  it('has each body byte for byte behind its item, and ends with a line that says so', async () => {
    const [exact, plain] = [await exactTable(['1.0', '12345678901234567890', '"\\n"']), await Source.define()];
    const answer = await ask([
      { id: 'a', resource_title: exact.title },
      { id: 'b', resource_title: plain.title },
      { id: 'c', resource_title: 'no such' },
    ]);
    expect(answer.headers.get('Content-Type')).toBe('application/x-ndjson');
    expect([answer.headers.get('Cache-Control'), answer.headers.get('ETag')]).toEqual(['no-store', null]);
    const text = await answer.text();
    const { items, end } = readLines(text);
    const of = (id: string) => items.find(({ item }) => item.id === id);
    const one = await alice.get(exact.path);
    expect(of('a')?.body).toBe(await one.text());
    expect(of('a')?.item).toMatchObject({ status: 200, lines: 1, hash: one.headers.get('Cache-Hash-Value') });
    expect(of('b')?.item).toMatchObject({ status: 200, href: `/api/v1/rpc/${plain.title}/` });
    expect(of('c')?.item).toMatchObject({ status: 404 });
    expect(end).toEqual({ end: true, user: 'alice', now: expect.stringMatching(/Z$/) });
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('is the same bytes whatever their number, at the edges of what an isolate keeps', async () => {
    const source = await exactTable(Array.from({ length: 9000 }, (_row, n) => `"${n} ${'x'.repeat(40)}"`));
    await (await alice.get(source.path)).text();
    const answer = await ask([{ id: 'a', resource_title: source.title }], { inline_bytes: 4_194_304 });
    const { items, end } = readLines(await answer.text());
    const body = await (await alice.get(source.path)).text();
    expect(body.length).toBeGreaterThan(400_000);
    expect(items[0]?.body).toBe(body);
    expect(end).not.toBeNull();
  });

  it('brings what is known while something else is loaded', async () => {
    const [known, slow] = [await loadedTable(), await Source.define()];
    await slow.origin.answerJson({ n: 1 }, { delay_ms: 1500 });
    for (const encoding of ['identity', 'gzip']) {
      const source = encoding === 'identity' ? slow : await Source.define();
      if (encoding === 'gzip') await source.origin.answerJson({ n: 1 }, { delay_ms: 1500 });
      const answer = await ask(
        [
          { id: 'slow', resource_title: source.title },
          { id: 'known', resource_title: known.title },
        ],
        {},
        { 'Accept-Encoding': encoding },
      );
      const pieces: string[] = [];
      for await (const piece of textOf(answer)) pieces.push(piece);
      expect(pieces[0]).toContain('"id":"known"');
      expect(pieces[0]).not.toContain('"id":"slow"');
      expect(readLines(pieces.join('')).items.map(({ item }) => [item.id, item.status])).toEqual([
        ['known', 200],
        ['slow', 200],
      ]);
    }
  });

  it('that its client stops reading holds no place, and no compressor once it is given up', async () => {
    for (const encoding of ['identity', 'gzip']) {
      const { source, release } = await heldSource();
      const answer = await ask([{ id: 'a', resource_title: source.title }], {}, { 'Accept-Encoding': encoding });
      await untilLoading(source);
      await release();
      await until(() => expect(heldRequests.count).toBe(0), 10);
      await answer.body?.cancel();
      await until(() => expect(compressorBytes()).toBe(0), 10);
    }
  });

  it('leaves out what has not changed where return=minimal is preferred', async () => {
    const source = await loadedTable();
    const etag = (await alice.get(source.path)).headers.get('ETag');
    const answer = await ask([{ id: 'a', resource_title: source.title, etag }], {}, { Prefer: 'return=minimal' });
    expect(answer.headers.get('Preference-Applied')).toBe('return=minimal');
    expect(readLines(await answer.text())).toMatchObject({ items: [], end: { end: true } });
  });

  it('is not chosen by who only takes anything', async () => {
    const answer = await alice.post('/sync/', { caches: [] }, { Accept: '*/*' });
    expect(answer.headers.get('Content-Type')).toBe('application/json; charset=utf-8');
    await answer.text();
  });

  it('is compressed here where gzip is taken', async () => {
    const source = await loadedTable();
    await loadRows(source, ...Array.from({ length: 500 }, (_row, n) => n));
    const bytesOf = async (headers: Record<string, string>, cf?: CfProperties) => {
      const request = new Request('http://freshet.test/api/v1/sync/', {
        method: 'POST',
        headers: { Authorization: `Bearer ${await token({ user: 'alice' })}`, ...LINES, ...headers },
        body: JSON.stringify({ caches: [{ id: 'a', resource_title: source.title }] }),
        ...(cf === undefined ? {} : { cf }),
      });
      // Past the platform, which would take the coding off again.
      const answer = await app.fetch(request, env, createExecutionContext());
      return { coding: answer.headers.get('Content-Encoding'), bytes: new Uint8Array(await answer.arrayBuffer()) };
    };
    const plain = await bytesOf({});
    const packed = await bytesOf({ 'Accept-Encoding': 'br;q=1, gzip;q=0.5' });
    expect([plain.coding, packed.coding]).toEqual([null, 'gzip']);
    expect((await bytesOf({ 'Accept-Encoding': 'gzip;q=0' })).coding).toBeNull();
    // The platform writes what it takes itself into the header, and what the client takes beside it.
    const asked = { 'Accept-Encoding': 'br, gzip' };
    expect((await bytesOf(asked, { clientAcceptEncoding: 'identity' } as CfProperties)).coding).toBeNull();
    expect((await bytesOf(asked, { clientAcceptEncoding: '' } as CfProperties)).coding).toBeNull();
    expect((await bytesOf(asked, { clientAcceptEncoding: 'gzip' } as CfProperties)).coding).toBe('gzip');
    expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 2);
    const unpacked = new Response(new Blob([packed.bytes]).stream().pipeThrough(new DecompressionStream('gzip')));
    expect(readLines(await unpacked.text()).items[0]?.body).toBe(
      readLines(new TextDecoder().decode(plain.bytes)).items[0]?.body,
    );
  });

  it('that is cut has no last line', async () => {
    const source = await exactTable(Array.from({ length: 9000 }, (_row, n) => `"${n} ${'x'.repeat(40)}"`));
    await (await alice.get(source.path)).text();
    const { BLOBS } = env;
    const cutting = new Proxy(BLOBS, {
      get(inner, name) {
        const member = Reflect.get(inner, name);
        if (name !== 'get') return typeof member === 'function' ? member.bind(inner) : member;
        return async (...args: Parameters<R2Bucket['get']>) => {
          const found = await inner.get(...args);
          if (found === null || !('body' in found)) return found;
          const [head] = [new Uint8Array(await new Response(found.body).arrayBuffer()).subarray(0, 1000)];
          return new Proxy(found, {
            get: (object, property) =>
              property === 'body' ? new Response(head).body : Reflect.get(object, property, object),
          });
        };
      },
    });
    await caches.open('freshet');
    const request = new Request('http://other.test/api/v1/sync/', {
      method: 'POST',
      headers: { Authorization: `Bearer ${await token({ user: 'alice' })}`, ...LINES },
      body: JSON.stringify({ caches: [{ id: 'a', resource_title: source.title }], inline_bytes: 4_194_304 }),
    });
    const answer = await app.fetch(request, { ...env, BLOBS: cutting } as Env, createExecutionContext());
    const read: string[] = [];
    const reading = async () => {
      for await (const piece of textOf(answer)) read.push(piece);
    };
    await expect(reading()).rejects.toThrow();
    expect(read.join('')).toContain('"lines":1');
    expect(readLines(`${read.join('')}\n`).end).toBeNull();
  });
});
