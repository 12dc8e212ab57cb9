/**
 * Loads that wait for each other: large ones in parallel, and a resource whose origin hangs next to another one of the
 * same host.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { NUMBERED, onSite } from '../../harness/site.ts';
import type { Bound } from './bound.ts';

const LARGE_LOADS = 6;
const LARGE_BYTES = 24 * 1024 * 1024;
const LARGE_MS = 10_000;
const PIECES = 100;
const LARGE_TIMEOUT_S = 30;

export const largeLoads: Bound = {
  title: 'six loads of 24 MB at once, of an origin that takes 10 s for each; a time-out of 30 s, one attempt',
  measure: (script) => {
    let asked = 0;
    const options = {
      script,
      origin: async (_request, response) => {
        asked += 1;
        response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
        for (let piece = 0; piece < PIECES && !response.destroyed; piece += 1) {
          response.write(Buffer.alloc(LARGE_BYTES / PIECES, 'n'));
          await sleep(LARGE_MS / PIECES);
        }
        response.end();
      },
    } satisfies Parameters<typeof onSite>[0];
    return onSite(options, async (site) => {
      const definition = { retry: { max_attempts: 1 }, parameters: NUMBERED, content_type: 'application/octet-stream' };
      await site.define('large', definition, { query: '{?n}', timeout_s: LARGE_TIMEOUT_S });
      const startedAt = Date.now();
      const tasks = await Promise.all(Array.from({ length: LARGE_LOADS }, (_, n) => site.api.refresh('large', { n })));
      const states = await Promise.all(tasks.map(({ taskId }) => site.api.ended(taskId)));
      return {
        'loads that succeeded': states.filter((state) => state === 'SUCCESS').length,
        'requests to the origin': asked,
        seconds: Math.round((Date.now() - startedAt) / 1000),
      };
    });
  },
};

const HANGING = 20;
const QUICK = 300;
const PATIENCE_MS = 60_000;

export const hangingNeighbour: Bound = {
  title: '20 caches of a resource that hangs, then 300 of another of the same host',
  measure: (script) => {
    const options = {
      script,
      origin: (request, response) => {
        // The time-out ends this request.
        if (request.url?.startsWith('/hangs')) return;
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end('[]');
      },
    } satisfies Parameters<typeof onSite>[0];
    return onSite(options, async (site) => {
      for (const title of ['hangs', 'quick']) await site.define(title, { parameters: NUMBERED }, { query: '{?n}' });
      for (let n = 0; n < HANGING; n += 1) await site.api.refresh('hangs', { n });
      const startedAt = Date.now();
      const tasks = await Promise.all(Array.from({ length: QUICK }, (_, n) => site.api.refresh('quick', { n })));
      let last = 0;
      const states = await Promise.all(
        tasks.map(async ({ taskId }) => {
          const state = await site.api.ended(taskId, { patienceMs: startedAt + PATIENCE_MS - Date.now() });
          last = Date.now();
          return state;
        }),
      );
      return {
        'of 300 loads ended within 60 s': states.filter((state) => state === 'SUCCESS').length,
        'seconds until the last of those': Math.round((last - startedAt) / 1000),
      };
    });
  },
};
