/** The soak's own judgement: what it takes for a fault. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SoakTable } from '../../tools/measure/soak/slow-clients/tables.ts';
import { readSlowly } from '../../tools/measure/soak/slow-reader.ts';

async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const fast = { pace: { bytesPerS: Number.POSITIVE_INFINITY } };

describe('a slow reader', () => {
  it('tells an answer that came whole, with its bytes and their hash', async () => {
    const body = 'n'.repeat(100_000);
    const answer = await readSlowly({ url: await served((_request, response) => response.end(body)) }, fast);
    const sha256 = createHash('sha256').update(body).digest('hex');
    expect(answer).toMatchObject({ status: 200, bytes: body.length, sha256, end: 'whole' });
  });

  it('tells an answer that broke off before its length', async () => {
    const url = await served((_request, response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('n', () => response.destroy());
    });
    expect(await readSlowly({ url }, fast)).toMatchObject({ end: 'cut' });
  });

  it('tells a stream without a length that broke off', async () => {
    const url = await served((_request, response) => {
      response.write('n', () => response.destroy());
    });
    expect(await readSlowly({ url }, fast)).toMatchObject({ end: 'cut' });
  });

  it('tells an answer that it left itself', async () => {
    const leaving = new AbortController();
    const url = await served((_request, response) => response.write('n'));
    const take = () => leaving.abort();
    expect(await readSlowly({ url }, { ...fast, signal: leaving.signal, take })).toMatchObject({ end: 'left' });
  });
});

describe('a table of the soak', () => {
  const shape = { title: 'items', rows: 2, text: 1, changed: 1 };
  const hashOf = (ids: string) => createHash('sha256').update(ids).digest('hex');
  const body = (rows: unknown[][]) => Buffer.from(JSON.stringify([{ name: 'items', columns: [], data: rows }]));
  const delta = (rows: unknown[][], ids: number[]) => JSON.stringify([{ insert_rows: rows, delete_ids: ids }]);

  function twoVersions(): SoakTable {
    const table = new SoakTable(shape);
    table.note(
      body([
        [1, 'a'],
        [2, 'b'],
      ]),
      { version: 1, etag: '"v1"', idsHash: hashOf('1,2') },
    );
    table.note(
      body([
        [1, 'a'],
        [3, 'c'],
      ]),
      { version: 2, etag: '"v2"', idsHash: hashOf('1,3') },
    );
    return table;
  }

  it('takes a delta that leads from one version to the other', () => {
    expect(twoVersions().deltaFault(delta([[3, 'c']], [2]), 1, 2, hashOf('1,3'))).toBeNull();
  });

  it.each([
    ['lacks a row', delta([], [2])],
    ['leaves a row that is gone', delta([[3, 'c']], [])],
    ['has another row under an id', delta([[3, 'd']], [2])],
  ])('finds a delta that %s', (_what, text) => {
    expect(twoVersions().deltaFault(text, 1, 2, hashOf('1,3'))).not.toBeNull();
  });

  it('refuses a body whose hash is of other rows', () => {
    const head = { version: 1, etag: '"v1"', idsHash: hashOf('1,3') };
    expect(() =>
      new SoakTable(shape).note(
        body([
          [1, 'a'],
          [2, 'b'],
        ]),
        head,
      ),
    ).toThrow('its hash is of other rows');
  });
});
