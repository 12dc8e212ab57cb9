/** The soak's section of docs/reliability.md. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../../../scripts/lib/wrangler.ts';
import { pageTable } from '../../harness/markdown.ts';
import { plot } from '../../harness/plot.ts';
import { RELIABILITY } from '../reports.ts';
import { ISOLATE_BYTES, SHOWN_S, type SlowClientsReport } from './index.ts';

/** The section, with its heading. */
export function slowClientsSection(): string {
  const run = RELIABILITY.read<SlowClientsReport>('slow-clients');
  return `## Slow clients and little memory

200 clients, each reading 2 to 12 KB a second, ask the built service for tables of 8 to 20 MB, deltas, ranges, event
streams, waits, refreshes and caches that nobody had before, while a table is loaded anew every 15 s (\`npm run soak -- clients\`).
They share a network namespace whose sockets buffer at most 64 KB: otherwise the kernel would buffer the answers for the
clients. Each answer is checked: whole tables against the bytes that a fast reader got, deltas by the rows that they produce, ranges
byte for byte, streams by their keep-alive messages and their end. At the end all answers under way are read to their end.

An isolate has 128 MB. That is emulated here: V8 gets \`--max-old-space-size=128\` (and a young generation of 4 MiB, so that little
garbage counts). The run ends with a fault if heap and buffers of the Worker's own isolate, which the inspector reports each second,
exceed 128 MiB, or have grown by a tenth after the first minutes. Objects, D1, R2, queues and edge cache are emulated in the same
process; the platform does not count them to the isolate, and neither does the soak. Before the bounds below were set, the memory of the
whole process was limited instead, and the soak ended after 1.1 of 20 minutes (2026-11-28).

${run === null ? '' : `![Memory of the isolate over the minutes of the soak](${draw(run)})\n\n${tables(run)}`}`;
}

/** Draws the isolate's memory; returns the path of the picture as docs/reliability.md uses it. */
function draw({ megabytes }: SlowClientsReport): string {
  const file = 'reliability/slow-clients.svg';
  const points = megabytes.map((mb, at) => [(at * SHOWN_S) / 60, mb] as const);
  const limit = [0, (megabytes.length * SHOWN_S) / 60].map((minute) => [minute, ISOLATE_BYTES / 1e6] as const);
  const curves = [
    { name: 'heap and buffers', points },
    { name: 'limit', points: limit },
  ];
  const title = 'Memory of the isolate under slow clients';
  writeFileSync(
    join(PROJECT, 'docs', file),
    plot([{ title, xName: 'minutes', yName: 'MB', isLinear: true, curves }], 1),
  );
  return file;
}

function tables(run: SlowClientsReport): string {
  const summary = pageTable(
    [run],
    [
      ['minutes', ({ lasted, minutes }) => `${lasted} of ${minutes}`],
      ['isolate, most, MB', ({ mostBytes }) => Math.round(mostBytes / 1e6)],
      ['its growth after the first minutes', ({ growth }) => `× ${growth.toFixed(2)}`],
      ['loads', ({ loads }) => loads],
      ['faults', ({ faults }) => faults.length],
    ],
  );
  const answers = pageTable(Object.entries(run.counts), [
    ['answers', ([kind]) => kind],
    ['complete and correct', ([, { whole }]) => whole],
    ['503 or 429', ([, { refused }]) => refused],
    ['left by the client', ([, { left }]) => left],
    ['cut', ([, { cut }]) => cut],
    ['MB', ([, { megabytes }]) => Math.round(megabytes)],
  ]);
  return [summary, answers, ...run.faults.slice(0, 5).map((fault) => `- ${fault}`)].join('\n\n');
}
