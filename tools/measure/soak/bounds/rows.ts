/** What becomes of rows: after the objects were lost, and under a guard. */

import { Site } from '../site.ts';
import type { Bound } from './bound.ts';

const TITLE = 'prices';
const ROWS = 100;
const LOADS_BEFORE = 5;
const LOADS_AFTER = 4;
const CHANGED = 60;

/** A table of prices; the first rows have a new one. */
function prices(changed: number, price: number): string {
  return JSON.stringify(Array.from({ length: ROWS }, (_, id) => [id, id < changed ? price : 1]));
}

async function withPrices(
  script: string,
  more: object,
  answer: () => string,
  measure: (site: Site) => Promise<Record<string, number>>,
): Promise<Record<string, number>> {
  const site = await Site.open({
    script,
    origin: (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(answer());
    },
  });
  try {
    await site.define(TITLE, { tables: [{ name: TITLE, rows: '', columns: ['id', 'price'] }], ...more });
    return await measure(site);
  } finally {
    await site.stop();
  }
}

/** ETag that a task's version has. */
async function etagOf(site: Site, taskId: string): Promise<string> {
  const answer = await site.ask(`cache/state/?task_id=${taskId}&expand=task`);
  return ((await answer.json()) as { etag: string }).etag;
}

export const lostObjects: Bound = {
  title: 'objects lost after five loads (D1 and R2 are as they were), then four refreshes with new rows each',
  async measure(script) {
    let price = 1;
    /** Price by ETag. */
    const given = new Map<string, number>();
    const figures = { 'refreshes that said SUCCESS': 0, 'readers who saw their rows': 0, 'ETags given twice': 0 };
    const refresh = async (site: Site): Promise<boolean> => {
      price += 1;
      const taskId = await site.refresh({ resource_title: TITLE });
      if ((await site.ended(taskId)) !== 'SUCCESS') return false;
      const etag = await etagOf(site, taskId);
      if (given.has(etag)) figures['ETags given twice'] += 1;
      given.set(etag, price);
      return true;
    };
    return withPrices(
      script,
      {},
      () => prices(ROWS, price),
      async (site) => {
        for (let load = 0; load < LOADS_BEFORE; load += 1) await refresh(site);
        await site.restart('do');
        for (let load = 0; load < LOADS_AFTER; load += 1) {
          if (await refresh(site)) figures['refreshes that said SUCCESS'] += 1;
          const answer = await site.ask(`rpc/${TITLE}/`, { headers: { Prefer: 'wait=5' } });
          if ((await answer.text()).includes(`,0,${price}]`)) figures['readers who saw their rows'] += 1;
        }
        return figures;
      },
    );
  },
};

export const guardedPrices: Bound = {
  title: '60 new prices of 100 under `max_deleted` 0.5',
  async measure(script) {
    let changed = 0;
    return withPrices(
      script,
      { guard: { max_deleted: 0.5 } },
      () => prices(changed, 2),
      async (site) => {
        await site.load({ resource_title: TITLE });
        changed = CHANGED;
        const state = await site.ended(await site.refresh({ resource_title: TITLE }));
        return { 'loads that the guard let through': state === 'SUCCESS' ? 1 : 0 };
      },
    );
  },
};
