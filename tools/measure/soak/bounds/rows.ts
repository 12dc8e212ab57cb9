/** What happens to rows after the objects were lost, and with a guard. */

import { jsonOf } from '../../harness/api.ts';
import { answering } from '../../harness/origin.ts';
import { onSite, type Site } from '../../harness/site.ts';
import type { Bound, Figures } from './index.ts';

const TITLE = 'prices';
const ROWS = 100;
const LOADS_BEFORE = 5;
const LOADS_AFTER = 4;
const CHANGED = 60;

/** A table of prices; the first rows have a new one. */
function prices(changed: number, price: number): string {
  return JSON.stringify(Array.from({ length: ROWS }, (_, id) => [id, id < changed ? price : 1]));
}

function withPrices(
  script: string,
  more: object,
  answer: () => string,
  measure: (site: Site) => Promise<Figures>,
): Promise<Figures> {
  return onSite({ script, origin: answering(answer) }, async (site) => {
    await site.define(TITLE, { tables: [{ name: TITLE, rows: '', columns: ['id', 'price'] }], ...more });
    return measure(site);
  });
}

/** Refreshes; returns the final state and the task. */
async function refresh({ api }: Site): Promise<{ state: string; taskId: string }> {
  const { taskId } = await api.refresh(TITLE);
  return { state: await api.ended(taskId), taskId };
}

export const lostObjects: Bound = {
  title: 'objects lost after five loads (D1 and R2 are as they were), then four refreshes with new rows each',
  measure: (script) => {
    let price = 1;
    const etags = new Set<string>();
    const figures = { 'refreshes that said SUCCESS': 0, 'readers who saw their rows': 0, 'ETags given twice': 0 };
    const change = async (site: Site): Promise<boolean> => {
      price += 1;
      const { state, taskId } = await refresh(site);
      if (state !== 'SUCCESS') return false;
      const { etag } = jsonOf<{ etag: string }>(await site.api.ask(`cache/state/?task_id=${taskId}&expand=task`));
      if (etags.has(etag)) figures['ETags given twice'] += 1;
      etags.add(etag);
      return true;
    };
    const answer = () => prices(ROWS, price);
    return withPrices(script, {}, answer, async (site) => {
      for (let load = 0; load < LOADS_BEFORE; load += 1) await change(site);
      await site.restart('do');
      for (let load = 0; load < LOADS_AFTER; load += 1) {
        if (await change(site)) figures['refreshes that said SUCCESS'] += 1;
        const { body } = await site.api.ask(`rpc/${TITLE}/`, { headers: { Prefer: 'wait=5' }, expected: null });
        if (body.includes(`,0,${price}]`)) figures['readers who saw their rows'] += 1;
      }
      return figures;
    });
  },
};

export const guardedPrices: Bound = {
  title: '60 new prices of 100 under `max_deleted` 0.5',
  measure: (script) => {
    let changed = 0;
    const answer = () => prices(changed, 2);
    return withPrices(script, { guard: { max_deleted: 0.5 } }, answer, async (site) => {
      await site.api.load(TITLE);
      changed = CHANGED;
      const { state } = await refresh(site);
      return { 'loads that the guard let through': state === 'SUCCESS' ? 1 : 0 };
    });
  },
};
