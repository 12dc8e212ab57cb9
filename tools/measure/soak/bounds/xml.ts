/**
 * The largest XML answer during other loads: the CPU of all must stay below the limit of one invocation (`[limits]
 * cpu_ms`), and memory below that of an isolate.
 */

import { MAX_ORIGIN_BYTES } from '../../../../src/contract/constants.ts';
import { cpuSeconds } from '../../harness/processes.ts';
import { NUMBERED, onSite } from '../../harness/site.ts';
import type { Bound } from './bound.ts';

const OTHERS = 5;
const OTHER_ROWS = 10_000;
const TIMEOUT_S = 120;
const HEAD = '<Envelope><Body><GetItemsResponse>';
const TAIL = '</GetItemsResponse></Body></Envelope>';

const item = (id: number) =>
  `<Item Id="${id}"><Name>Bolt &amp; nut ${id}</Name><Price><Amount>${id}.50</Amount></Price><At>2026-11-28T09:00:00Z</At></Item>\n`;

/** An answer of the largest allowed size. */
function xml(): Buffer {
  const items: string[] = [];
  for (let id = 1, left = MAX_ORIGIN_BYTES - HEAD.length - TAIL.length; ; id += 1) {
    const text = item(id);
    left -= text.length;
    if (left < 0) return Buffer.from(HEAD + items.join('') + TAIL);
    items.push(text);
  }
}

export const xmlBesideLoads: Bound = {
  title: '32 MiB of XML beside five loads of 1 MB of JSON',
  measure: (script) => {
    const large = xml();
    const rows = Array.from({ length: OTHER_ROWS }, (_row, id) => ({ id, note: 'n'.repeat(70) }));
    const small = Buffer.from(JSON.stringify({ value: rows }));
    const options = {
      script,
      origin: (request, response) => {
        const isLarge = request.url?.startsWith('/xml') === true;
        response.writeHead(200, { 'Content-Type': isLarge ? 'application/xml' : 'application/json' });
        response.end(isLarge ? large : small);
      },
    } satisfies Parameters<typeof onSite>[0];
    return onSite(options, async (site) => {
      const columns = [
        { name: 'id', at: '/@Id', as: 'number' },
        'Name',
        { name: 'price', at: '/Price/Amount', as: 'number' },
      ];
      const tables = [{ name: 'items', rows: '/Envelope/Body/GetItemsResponse/Item', columns }];
      await site.define('xml', { format: 'xml', tables }, { timeout_s: TIMEOUT_S });
      const others = [{ name: 'rows', rows: '/value', columns: ['id', 'note'] }];
      await site.define('others', { tables: others, parameters: NUMBERED }, { query: '{?n}', timeout_s: TIMEOUT_S });
      let states: string[] = [];
      let cpuS = 0;
      const addedMb = await site.added(async () => {
        const before = cpuSeconds(site.pids);
        const asked = [
          site.api.refresh('xml'),
          ...Array.from({ length: OTHERS }, (_, n) => site.api.refresh('others', { n })),
        ];
        states = await Promise.all((await Promise.all(asked)).map(({ taskId }) => site.api.ended(taskId)));
        cpuS = cpuSeconds(site.pids) - before;
      });
      return {
        'loads that succeeded, of 6': states.filter((state) => state === 'SUCCESS').length,
        'CPU of all loads and local stores, s': Math.round(cpuS * 10) / 10,
        'memory added, local stores included, MB': addedMb,
      };
    });
  },
};
