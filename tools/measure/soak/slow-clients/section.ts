/** The soak's section of docs/reliability.md, with its picture: memory of the process over time. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../../../scripts/lib/wrangler.ts';
import { pageTable } from '../../harness/markdown.ts';
import { type Curve, plot } from '../../harness/plot.ts';
import { RELIABILITY } from '../reports.ts';
import type { SlowClientsReport } from './index.ts';

const mb = (bytes: number) => Math.round(bytes / 1e6);

/** The section, with its heading; draws its picture. */
export function slowClientsSection(): string {
  const { before, after } =
    RELIABILITY.read<{ before?: SlowClientsReport; after?: SlowClientsReport }>('slow-clients') ?? {};
  const runs = { ...(before && { before }), ...(after && { now: after }) };
  const picture = drawSlowClients(runs);
  return `## Slow clients and little memory

200 clients, each reading 2 to 12 KB a second, ask the built service for tables of 8 to 20 MB, deltas, ranges, event
streams, waits, refreshes and caches that nobody had before, while a table is loaded anew every 15 s (\`npm run soak -- clients\`).
They share a network namespace whose sockets buffer at most 64 KB: otherwise the kernel would buffer the answers for the
clients. Each answer is checked: whole tables against the bytes that a fast reader got, deltas by the rows that they produce, ranges
byte for byte, streams by their keep-alive messages and their end. At the end all answers under way are read to their end.

An isolate has 128 MB. That is emulated here: V8 gets \`--max-old-space-size=128\` (and a young generation of 4 MiB, so that little
garbage counts). The run ends with a fault if heap and buffers of the Worker's own isolate, which the inspector reports each second,
exceed 128 MiB, or have grown by a tenth after the first minutes. The process as a whole is killed if it reaches twice its base. The base is
what workerd takes under the same loads and as many readers with a Worker that makes the same calls and does nothing else
(\`tools/measure/soak/slow-clients/base-worker.ts\`).

Objects, D1, R2, queues and edge cache are emulated in the same process; together with the buffers of the connections they take most of
it. Each cache that is asked for is an object with a database of its own there, which the base lacks, so the process grows with the number
of caches, and the isolate does not. The platform counts only the isolate. The run "before" was killed at 128 MiB above its base, which
had constant readers, and the isolate was not inspected then.

![Memory of the process over the minutes of the soak](${picture})

${pageTable(
  [
    '',
    'minutes',
    'base at rest, MB',
    'with loads',
    'with readers',
    'limit',
    'process, most',
    'isolate, most',
    'loads',
    'faults',
  ],
  Object.entries(runs).map(([name, run]) => [
    name,
    `${run.lasted} of ${run.minutes}`,
    mb(run.base.restBytes),
    mb(run.base.loadsBytes),
    mb(run.base.readersBytes),
    mb(run.limitBytes),
    mb(run.peakBytes),
    run.isolateSamples ? mb(Math.max(...run.isolateSamples.map(([, bytes]) => bytes))) : '',
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
    pageTable([`answers, ${name}`, 'complete and correct', '503 or 429', 'left by the client', 'cut', 'MB'], rows),
    ...(told.length > 0 ? [`Its first faults:`, told.join('\n')] : []),
  ].join('\n\n');
}

/** Relative to docs/. */
const FILE = 'reliability/slow-clients.svg';

/** Draws the existing runs by name; returns the path of the picture as docs/reliability.md uses it. */
function drawSlowClients(runs: Readonly<Record<string, SlowClientsReport>>): string {
  const curves = Object.entries(runs).flatMap(([name, run]): Curve[] => {
    const end = run.samples.at(-1)?.[0] ?? 0;
    const level = (bytes: number): Curve['points'] => [
      [0, bytes / 1e6],
      [end / 60, bytes / 1e6],
    ];
    return [
      { name: `the process, ${name}`, points: run.samples.map(([seconds, bytes]) => [seconds / 60, bytes / 1e6]) },
      { name: `its limit, ${name}`, points: level(run.limitBytes) },
      ...(run.isolateSamples
        ? [
            {
              name: `the isolate alone, ${name}`,
              points: run.isolateSamples.map(([s, bytes]) => [s / 60, bytes / 1e6] as const),
            },
          ]
        : []),
    ];
  });
  const panel = { title: 'Memory under slow clients', xName: 'minutes', yName: 'MB', isLinear: true, curves } as const;
  writeFileSync(join(PROJECT, 'docs', FILE), plot([panel], 1));
  return FILE;
}
