/** What slow readers make the Worker hold: folded deltas, full tables, bodies that the edge has not yet. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Site } from '../site.ts';
import { readSlowly } from '../slow-reader.ts';
import type { Bound, Figures } from './bound.ts';

const READERS = 40;
const BYTES_PER_S = 4000;
const WATCHED_MS = 20_000;

const ROWS = 60_000;
const TEXT = 'n'.repeat(110);
const LOADS = 10;
/** Each load changes rows that none before it has changed: a delta over all loads is 3.8 MB. */
const CHANGED = 2800;

const TITLE = 'items';
const tablePaths = Array<string>(READERS).fill(`rpc/${TITLE}/`);
const BODIES = 8;
const BODY_BYTES = 20 * 1024 * 1024;

/** The table at its n-th load. */
function tableOf(load: number): string {
  const rows = Array.from({ length: ROWS }, (_, id) => [id, id < load * CHANGED ? 1 : 0, TEXT]);
  return JSON.stringify(rows);
}

async function withTable(script: string, measure: (site: Site) => Promise<Figures>): Promise<Figures> {
  let load = 0;
  const site = await Site.open({
    script,
    origin: (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(tableOf(load));
    },
  });
  try {
    await site.define(TITLE, { tables: [{ name: TITLE, rows: '', columns: ['id', 'changed', 'text'] }] });
    for (; load <= LOADS; load += 1) await site.load({ resource_title: TITLE });
    // What the loads left in the process would hide what the readers add.
    await site.restart();
    await site.ask(`rpc/${TITLE}/`, { method: 'HEAD' });
    return await measure(site);
  } finally {
    await site.stop();
  }
}

/** Readers who begin together; what they were promised, and what they add. */
async function readTogether(site: Site, paths: readonly string[], headers: Record<string, string>): Promise<Figures> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const pace = { bytesPerS: BYTES_PER_S };
  let begun = 0;
  let promised = 0;
  const added = await site.added(async () => {
    const reads = paths.map(async (path) => {
      const answer = await readSlowly(await site.question(path, headers), {
        pace,
        signal,
        begun: (status) => {
          if (status === 200) begun += 1;
        },
      });
      promised = Math.max(promised, Number(answer?.headers['content-length'] ?? 0));
    });
    await sleep(WATCHED_MS);
    stopping.abort();
    await Promise.all(reads);
  });
  return {
    'answers that had begun after 20 s': begun,
    'size of an answer, MB': Math.round(promised / 1e5) / 10,
    'memory added, MB': added,
  };
}

export const slowDeltas: Bound = {
  title: '40 slow readers of a folded delta',
  measure: (script) => withTable(script, (site) => readTogether(site, tablePaths, { 'X-Delta': 'v1-last' })),
};

export const slowTables: Bound = {
  title: '40 slow readers of a full table that the edge has',
  measure: (script) =>
    withTable(script, async (site) => {
      await (await site.ask(`rpc/${TITLE}/`)).bytes();
      return readTogether(site, tablePaths, {});
    }),
};

export const slowNewTables: Bound = {
  title: '40 slow readers of a full table that nobody has read before',
  measure: (script) => withTable(script, (site) => readTogether(site, tablePaths, {})),
};

/** Bodies that are no tables, one slow reader each, who is the first. */
export const firstReaders: Bound = {
  title: 'the first slow readers of eight bodies of 20 MiB',
  async measure(script) {
    const site = await Site.open({
      script,
      origin: (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
        response.end(Buffer.alloc(BODY_BYTES, 'n'));
      },
    });
    try {
      const parameters = { type: 'object', properties: { n: { type: 'integer' } } };
      await site.define(TITLE, { parameters, content_type: 'application/octet-stream' }, '{?n}');
      const all = Array.from({ length: BODIES }, (_, n) => n);
      for (const n of all) await site.load({ resource_title: TITLE, n });
      await site.restart();
      return await readTogether(
        site,
        all.map((n) => `rpc/${TITLE}/?n=${n}`),
        {},
      );
    } finally {
      await site.stop();
    }
  },
};
