/** `POST /sync/` about ten hot caches, none of which has changed. */

import type * as v from 'valibot';
import type { SyncAnswer } from '../../../../src/contract/sync.ts';
import { cacheIdentity } from '../../../../src/core/cache-key.ts';
import { d1Entries } from '../../../../src/stores/entries.ts';
import { type Answer, jsonOf, type Server } from '../../harness/api.ts';
import { type Shot, shoot, statusFault } from '../load/shot.ts';
import type { Pair } from '../setting.ts';
import type { Operation, Prepared } from './operation.ts';
import { define, type Staged, stageFloor } from './stage.ts';

const TITLE = 'weather';
const YEARS = Array.from({ length: 10 }, (_year, n) => 2017 + n);

type Item = v.InferOutput<typeof SyncAnswer>['caches'][number];

export const sync10: Operation = {
  name: 'sync of 10, all 304',
  target: 0.85,
  consumes: true,
  async prepare(pair) {
    const question = await hotQuestion(pair);
    const items = await stageEntries(pair, await itemsOf(pair.service, question.shot));
    return stageFloor(pair, question, { operation: 'sync', items });
  },
};

/** Loads ten caches; returns the question of a device that has all of them. */
export async function hotQuestion(staged: Staged): Promise<Prepared> {
  const { api } = staged.service;
  await define(staged, TITLE);
  for (const year of YEARS) await api.load(TITLE, { year });
  const headers = { ...(await api.authorized()), 'Content-Type': 'application/json' };
  const had = await itemsOf(
    staged.service,
    syncShot(headers, YEARS, () => undefined),
  );
  const shot = syncShot(headers, YEARS, (_year, at) => had[at]?.etag);
  return { shot, fault: allUnchanged(YEARS.length) };
}

async function itemsOf({ url }: Server, shot: Shot): Promise<Item[]> {
  return jsonOf<{ caches: Item[] }>(await shoot(url, shot)).caches;
}

/** One question about the caches of `weather` of these years, with the ETags that the device has. */
export function syncShot(
  headers: Record<string, string>,
  years: readonly number[],
  etagOf: (year: number, at: number) => string | undefined,
) {
  const caches = years.map((year, at) => ({
    id: String(year),
    resource_title: TITLE,
    parameters: { year },
    etag: etagOf(year, at),
  }));
  return { method: 'POST' as const, path: '/api/v1/sync/', headers, body: JSON.stringify({ inline_bytes: 0, caches }) };
}

/** A check that fails unless this many items of the answer are 304. */
export function allUnchanged(count: number): (answer: Answer) => string | null {
  return (answer) => {
    const wrong = statusFault(answer, 200);
    if (wrong !== null) return wrong;
    const same = jsonOf<{ caches: { status: number }[] }>(answer).caches.filter(({ status }) => status === 304).length;
    return same === count ? null : `${same} of ${count} items are 304: ${answer.body.toString().slice(0, 200)}`;
  };
}

/** Puts the service's entries where the floor looks them up; returns the floor's setup. */
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
