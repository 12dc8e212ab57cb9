/** The transport and the rows against a real `npm start`, its demo origin and its sockets. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Service } from '../../../../test/e2e/support/service.ts';
import { applyDelta } from '../../../src/data/delta.ts';
import { hashOfRows } from '../../../src/data/hash.ts';
import { tablesOf } from '../../../src/data/table.ts';
import { wholeTables } from '../../../src/data/whole-body.ts';
import { createTransport, type TransportOptions } from '../../../src/network/create-transport.ts';
import type { Item } from '../../../src/network/transport.ts';
import { cacheOf, questionOf, readOf } from '../../support/transports.ts';

const PATIENCE_MS = 180_000;

let service: Service;
let token = '';

beforeAll(async () => {
  service = await Service.start({ env: { RATE_LIMITS: 'off' } });
  token = await service.token('alice');
  const admin = await service.token('admin', { scope: 'cache:admin' });
  const define = async (title: string, definition: object) => {
    const response = await fetch(`${service.url}/api/v1/resources/${title}/`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(definition),
    });
    expect(response.status).toBe(201);
  };
  const tables = [{ name: 'cars', rows: '/cars', columns: ['id', 'name', 'weight_lbs'] }];
  await define('changing', { origin: { url: `${service.originUrl}/cars?year=1982&changes=2` }, tables });
  await define('failing', {
    origin: { url: `${service.originUrl}/cars?fail=400` },
    tables,
    retry: { max_attempts: 1 },
  });
  await define('listed', {
    origin: { url: `${service.originUrl}/cars` },
    parameters: { type: 'object', properties: { years: { type: 'array', items: { type: 'integer' } } } },
    tables,
  });
}, PATIENCE_MS);
afterAll(() => service?.stop(), PATIENCE_MS);

const transport = (more: Partial<TransportOptions> = {}) =>
  createTransport({ url: `${service.url}/api/v1`, device: 'tablet-7', ...more });
const options = () => ({ token, signal: new AbortController().signal });
const quiet = () => ({ ...options(), onProgress: () => {} });

describe('a real service', { timeout: PATIENCE_MS }, () => {
  it('gives whole tables, then a delta, then nothing, each with the hash of what is held (3)', async () => {
    const asked: [Item, string | null][] = [];
    const sync = (etag: string | null) =>
      transport().sync(questionOf(cacheOf('a', { title: 'changing', etag })), (...told) => asked.push(told), options());
    const end = await sync(null);
    expect(end).toMatchObject({ user: 'alice', live: null });
    expect(Math.abs(end.now - Date.now())).toBeLessThan(60_000);
    const [first, text] = asked[0] as [Item, string];
    const { content } = wholeTables(text);
    expect(await hashOfRows(content)).toBe(first.hash);

    await transport().refresh({ title: 'changing', parameters: {} }, options());
    await sync(first.etag);
    const [second, delta] = asked[1] as [Item, string];
    expect([second.status, second.delta]).toEqual([200, { from: first.version, to: second.version }]);
    const changed = applyDelta(content, delta);
    expect(await hashOfRows(changed.content)).toBe(second.hash);
    expect([changed.inserted.length, changed.deleted.length]).toEqual([2, 2]);

    await sync(second.etag);
    expect(asked[2]).toMatchObject([{ status: 304, hash: second.hash, etag: second.etag }, null]);
  });

  it('is read alone by GET and by POST, whole and as a delta, with the same rows', async () => {
    const whole = await transport().read(readOf({ title: 'changing' }), quiet());
    const { text } = whole.body as { text: string };
    expect(await hashOfRows(wholeTables(text).content)).toBe(whole.item.hash);
    expect(Math.abs((whole.item.expiresAt ?? 0) - Date.now())).toBeLessThan(2 * 3_600_000);
    await transport().refresh({ title: 'changing', parameters: {} }, options());
    const { item, body } = await transport().read(
      readOf({ title: 'changing', etag: whole.item.etag, afterVersion: (whole.item.version ?? 0) + 1 }),
      quiet(),
    );
    const { content } = applyDelta(wholeTables(text).content, (body as { text: string }).text);
    expect(await hashOfRows(content)).toBe(item.hash);
    expect((await transport().read(readOf({ title: 'changing', etag: item.etag }), quiet())).item.status).toBe(304);
    const posted = await transport().read(readOf({ title: 'listed', parameters: { years: [1982] } }), quiet());
    expect(posted.item).toMatchObject({ status: 200, delta: null });
    expect(tablesOf(wholeTables((posted.body as { text: string }).text).content, {}, null).cars?.size).toBeGreaterThan(
      0,
    );
  });

  it('loads again what is older than the device wants', async () => {
    const before = await transport().read(readOf({ title: 'changing' }), quiet());
    const version = async () =>
      (await transport().read(readOf({ title: 'changing', maxAgeS: 1 }), quiet())).item.version;
    await expect.poll(version).toBeGreaterThan(before.item.version ?? 0);
  });

  it('gives what is not a table as a blob, which does not come along in /sync/', async () => {
    const items: Item[] = [];
    await transport().sync(questionOf(cacheOf('b', { title: 'boroughs' })), (item) => items.push(item), options());
    expect(items[0]).toMatchObject({ status: 200, hash: null, hasBody: false });
    const { body } = await transport().read(readOf({ title: 'boroughs' }), quiet());
    expect(JSON.parse(await (body as { blob: Blob }).blob.text())).toMatchObject({ type: 'Topology' });
  });

  it('continues from the last decoded byte where the line is cut, whatever it compresses', async () => {
    const { body: expected } = await transport().read(readOf({ title: 'airports' }), quiet());
    const ranges: (string | null)[] = [];
    const cutting: typeof fetch = async (input, init) => {
      ranges.push(new Headers(init?.headers).get('Range'));
      const response = await fetch(input, init);
      if (response.body === null) return response;
      let left = 100_000;
      const torn = response.body.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(piece, controller) {
            if (left > 0) controller.enqueue(piece.subarray(0, left));
            left -= piece.length;
            if (left <= 0) controller.error(new Error('cut'));
          },
        }),
      );
      return new Response(torn, { status: response.status, headers: response.headers });
    };
    const progress: number[] = [];
    const { body } = await transport({ fetch: cutting }).read(readOf({ title: 'airports' }), {
      ...options(),
      onProgress: ({ bytes }) => progress.push(bytes),
    });
    expect((body as { text: string }).text === (expected as { text: string }).text).toBe(true);
    expect(ranges.length).toBeGreaterThan(1);
    expect(ranges.slice(0, 2)).toEqual([null, 'bytes=100000-']);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });

  it('tells problems, of the whole request and of one cache', async () => {
    await expect(transport().ticket({ ...options(), token: 'none' })).rejects.toMatchObject({
      code: 'unauthenticated',
      status: 401,
      requestId: expect.any(String),
    });
    const { item } = await transport().read(readOf({ title: 'unknown' }), quiet());
    expect([item.status, item.error?.code]).toEqual([404, 'not-found']);
    await expect(transport().refresh({ title: 'failing', parameters: {} }, options())).rejects.toMatchObject({
      code: 'origin-status',
    });
  });

  it('tells a socket what has changed, after a check has named it', async () => {
    const told: unknown[] = [];
    let changed = () => {};
    const until = async (isSo: () => boolean) => {
      while (!isSo())
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
    };
    const note = (what: unknown) => {
      told.push(what);
      changed();
    };
    const client = transport();
    const ticket = await client.ticket(options());
    const socket = client.socket(ticket, {
      opened: ({ id }) => note(id),
      poked: (pokes) => note(pokes),
      closed: (code) => note(code),
    });
    await until(() => told.length > 0);
    expect(told[0]).toBe(ticket);
    const items: Item[] = [];
    const question = { ...questionOf(cacheOf('a', { title: 'changing' })), live: { id: ticket, seq: 1, add: false } };
    expect((await client.sync(question, (item) => items.push(item), options())).live).toBe('ok');
    await client.refresh({ title: 'changing', parameters: {} }, options());
    const isPoke = (what: unknown) =>
      Array.isArray(what) &&
      what.some(({ tag, version }) => tag === items[0]?.tag && version > (items[0]?.version ?? 0));
    await until(() => told.some(isPoke));
    socket.close();
  });
});
