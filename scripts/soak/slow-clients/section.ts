/** What the soak found, for docs/reliability.md. */

import { readReport } from '../reports.ts';
import { table } from '../table.ts';
import type { SlowClientsReport } from './index.ts';
import { drawSlowClients } from './picture.ts';

const mb = (bytes: number) => Math.round(bytes / 1e6);

/** The section, its heading included; draws its picture. */
export function slowClientsSection(): string {
  const { before, after } = readReport<{ before?: SlowClientsReport; after?: SlowClientsReport }>('slow-clients') ?? {};
  const runs = { ...(before && { before }), ...(after && { now: after }) };
  const picture = drawSlowClients(runs);
  return `## Slow clients and little memory

200 clients, each reading 2 to 12 KB a second, ask the built service for tables of 8 to 20 MB, deltas, ranges, event
streams, waits, refreshes and caches that nobody had before, while a table is loaded anew every 15 s (\`npm run soak -- clients\`).
They share a network namespace whose sockets buffer 64 KB at most: the kernel would else take the answers for the
clients. Each answer is checked: whole tables by the bytes that a fast reader got, deltas by the rows that they lead to, ranges
byte for byte, streams by their signs of life and their end. At the end all that is under way is read out.

An isolate has 128 MB. Here that is emulated: V8 gets \`--max-old-space-size=128\` (and a young
generation of 4 MiB, so that little garbage counts), and because buffers and streams lie outside of
V8's heap the process is killed as soon as it has 128 MiB more than its base, looked at four times a second; the heap and the
buffers of the Worker's own isolate, which the inspector tells, must stay below 128 MiB too. The base is what workerd takes under
the same loads and as many readers with a Worker that makes the same calls and does nothing else
(\`scripts/soak/slow-clients/base-worker.ts\`): objects, D1, R2, queues and edge cache are emulated in the same process, and with
the buffers of the connections they take most of it. What the process keeps of memory that was given back counts as well;
the platform counts an isolate alone. The run from before had a base of constant readers, without small loads and the inspector.

![Memory of the process over the minutes of the soak](${picture})

${table(
  ['', 'minutes', 'base at rest, MB', 'with loads', 'with readers', 'limit', 'most', 'loads', 'faults'],
  Object.entries(runs).map(([name, run]) => [
    name,
    `${run.lasted} of ${run.minutes}`,
    mb(run.base.restBytes),
    mb(run.base.loadsBytes),
    mb(run.base.readersBytes),
    mb(run.limitBytes),
    mb(run.peakBytes),
    run.loads,
    run.faults.length,
  ]),
)}

${Object.entries(runs)
  .map(([name, run]) => answersOf(name, run))
  .join('\n\n')}`;
}

function answersOf(name: string, { counts, faults }: SlowClientsReport): string {
  const rows = Object.entries(counts).map(([kind, { whole, refused, left, cut, megabytes }]) => [
    kind,
    whole,
    refused,
    left,
    cut,
    Math.round(megabytes),
  ]);
  const told = faults.slice(0, 5).map((fault) => `- ${fault}`);
  return [
    table([`answers, ${name}`, 'whole and right', '503 or 429', 'left by the client', 'cut', 'MB'], rows),
    ...(told.length > 0 ? [`Its first faults:`, told.join('\n')] : []),
  ].join('\n\n');
}
