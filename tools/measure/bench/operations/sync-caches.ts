/** `POST /sync/` about ten hot caches of which nothing has changed. */

import type * as v from 'valibot';
import type { SyncAnswer } from '../../../../src/contract/sync.ts';
import { cacheIdentity } from '../../../../src/core/cache-key.ts';
import { d1Entries } from '../../../../src/stores/entries.ts';
import { type Answer, demand } from '../load/call.ts';
import type { Operation, Pair } from './operation.ts';
import { authorized, define, refreshShot, stageFloor, statusFault, taskIdOf, untilSuccess } from './stage.ts';

const TITLE = 'weather';
const YEARS = Array.from({ length: 10 }, (_year, n) => 2017 + n);
type Item = v.InferOutput<typeof SyncAnswer>['caches'][number];

export const sync10: Operation = {
  name: 'sync of 10, all 304',
  target: 0.85,
  consumes: true,
  async prepare(pair) {
    await define(pair, TITLE);
    for (const year of YEARS) {
      const task = taskIdOf(await demand(200, pair.service.url, await refreshShot(pair.service, TITLE, String(year))));
      await untilSuccess(pair.service, task);
    }
    const headers = { ...(await authorized(pair.service)), 'Content-Type': 'application/json' };
    const ask = (held: readonly Item[]) => ({
      method: 'POST' as const,
      path: '/api/v1/sync/',
      headers,
      body: JSON.stringify({ inline_bytes: 0, caches: YEARS.map((year, at) => itemOf(year, held[at])) }),
    });
    const held = itemsIn(await demand(200, pair.service.url, ask([])));
    const service = { shot: ask(held), fault: (answer: Answer) => statusFault(answer, 200) ?? itemFault(answer) };
    const items = itemsIn(await demand(200, pair.service.url, service.shot));
    return {
      service,
      floor: await stageFloor(pair, service, { operation: 'sync', items: await stageEntries(pair, items) }),
    };
  },
};

function itemOf(year: number, held: Item | undefined) {
  const etag = held?.etag === undefined ? {} : { etag: held.etag };
  return { id: String(year), resource_title: TITLE, parameters: { year }, ...etag };
}

function itemsIn({ body }: Answer): Item[] {
  return (JSON.parse(body.toString()) as { caches: Item[] }).caches;
}

/** Puts the service's entries where the floor looks them up; what it is told of them. */
async function stageEntries({ service, floor }: Pair, items: readonly Item[]): Promise<string> {
  const from = d1Entries(await service.binding<D1Database>('DB'));
  const to = d1Entries(await floor.binding<D1Database>('DB'));
  const known = [];
  for (const [at, year] of YEARS.entries()) {
    const { key, resource } = cacheIdentity(TITLE, { year }, null);
    const { entry } = await from.read(key, resource);
    if (entry === null) throw new Error(`nothing is cached of ${year}`);
    await to.put(entry);
    known.push({ key, resource, item: items[at] });
  }
  return JSON.stringify(known);
}

function itemFault({ body }: Answer): string | null {
  const { caches } = JSON.parse(body.toString()) as { caches: { status: number }[] };
  const same = caches.filter(({ status }) => status === 304).length;
  return same === YEARS.length ? null : `${same} of ${YEARS.length} items are 304: ${body.toString().slice(0, 200)}`;
}
