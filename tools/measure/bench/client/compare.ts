/** Measures all stores on the same rows, in turn. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Site } from '../../../../scripts/browser/site.ts';
import { PROJECT } from '../../../../scripts/lib/wrangler.ts';
import { type Figures, measure } from './measure.ts';

/** The stores, ours first. `name`: the module in tools/peers/contenders. */
export const CONTENDERS = [
  { name: 'freshet', title: 'Freshet' },
  { name: 'dexie', title: `Dexie ${versionOf('dexie')}, bulkPut` },
  { name: 'rxdb', title: `RxDB ${versionOf('rxdb')} on Dexie` },
  { name: 'pouchdb', title: `PouchDB ${versionOf('pouchdb-browser')}` },
] as const;

/** The figures of one store with this number of rows. */
export interface Compared extends Figures {
  title: string;
  rows: number;
}

/** @param rounds each figure is the smallest of this many: other work of the machine only makes it larger */
export async function compare({
  sizes,
  rounds,
  tell,
}: {
  sizes: readonly number[];
  rounds: number;
  tell(line: string): void;
}): Promise<Compared[]> {
  const modules = ['data', ...CONTENDERS.map(({ name }) => name)];
  const compared: Compared[] = [];
  for (const rows of sizes) {
    const best = new Map<string, Figures>();
    for (let round = 0; round < rounds; round += 1) {
      for (const { name, title } of CONTENDERS) {
        // A page contains only one store: code of the others would count in its heap.
        const used = modules.filter((module) => module === 'data' || module === name);
        const site = await Site.start({
          modules: Object.fromEntries(used.map((module) => [module, `tools/peers/contenders/${module}.ts`])),
        });
        try {
          const figures = await measure(site, name, rows);
          tell(`${rows} rows, ${title}: ${JSON.stringify(figures)}`);
          best.set(title, least(best.get(title) ?? figures, figures));
        } finally {
          await site.stop();
        }
      }
    }
    for (const [title, figures] of best) compared.push({ title, rows, ...figures });
  }
  return compared;
}

function least(one: Figures, other: Figures): Figures {
  return {
    storeMs: Math.min(one.storeMs, other.storeMs),
    reopenMs: Math.min(one.reopenMs, other.reopenMs),
    deltaMs: Math.min(one.deltaMs, other.deltaMs),
    heapBytes: Math.min(one.heapBytes, other.heapBytes),
  };
}

/** The version that tools/peers locks. */
function versionOf(name: string): string {
  const manifest = readFileSync(join(PROJECT, 'tools/peers/package.json'), 'utf8');
  return (JSON.parse(manifest) as { devDependencies: Record<string, string> }).devDependencies[name] ?? '';
}
