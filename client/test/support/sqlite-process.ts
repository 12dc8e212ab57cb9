/**
 * One process of several on one SQLite file: `node sqlite-process.ts <folder> <name> <label> <commits>`. Says `ready`, waits for a
 * line, then adds deltas, each from the revision that it read, and every eighth time a whole body; tells each one that is done,
 * and at last how often it opened the file.
 */

import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { nodeSqlite } from '../../examples/drivers/node-sqlite.ts';
import { sqlite } from '../../src/sqlite.ts';
import { delta, whole } from './store-values.ts';

const [folder = '', name = '', label = '', commits = '0'] = process.argv.slice(2);
const driver = nodeSqlite(folder);
let openings = 0;
const handle = await sqlite({
  open(file) {
    openings += 1;
    return driver.open(file);
  },
}).open(name);
const { generation } = await handle.device();
const input = createInterface({ input: process.stdin });
process.stdout.write('ready\n');
await once(input, 'line');
for (let done = 0; done < Number(commits); ) {
  const held = await handle.read('a');
  const meta = held?.meta;
  const next = { generation, rev: (meta?.rev ?? 0) + 1, version: (meta?.rev ?? 0) + 1 };
  // What is kept tells the revisions that made it, so that a mixture shows.
  const change =
    meta && next.rev % 8
      ? delta('a', meta, `${next.rev}`, { ...next, etag: label })
      : whole(
          'a',
          [`${next.rev}, 1`, `${next.rev}, 2`].map((data) => ({ table: 0, data })),
          {
            ...next,
            expected: meta?.rev ?? null,
            gen: (meta?.gen ?? 0) + 1,
            etag: label,
          },
        );
  if ((await handle.commit(change)) === 'conflict') continue;
  done += 1;
  process.stdout.write(`${next.rev}\n`);
}
await handle.close();
process.stdout.write(`openings ${openings}\n`);
input.close();
