/** The picture of docs/reliability.md: memory of the process over the time of the soak. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../../../scripts/lib/wrangler.ts';
import { type Curve, plot } from '../../harness/plot.ts';
import type { SlowClientsReport } from './index.ts';

const MB = 1e6;
/** Below docs/. */
const FILE = 'reliability/slow-clients.svg';

/** Draws the runs there are, by their names; the path of the picture as docs/reliability.md names it. */
export function drawSlowClients(runs: Readonly<Record<string, SlowClientsReport>>): string {
  const curves = Object.entries(runs).flatMap(([name, run]): Curve[] => {
    const end = run.samples.at(-1)?.[0] ?? 0;
    const level = (bytes: number): Curve['points'] => [
      [0, bytes / MB],
      [end / 60, bytes / MB],
    ];
    return [
      { name: `the process, ${name}`, points: run.samples.map(([seconds, bytes]) => [seconds / 60, bytes / MB]) },
      { name: `its limit, ${name}`, points: level(run.limitBytes) },
      ...(run.isolateSamples
        ? [
            {
              name: `the isolate alone, ${name}`,
              points: run.isolateSamples.map(([s, bytes]) => [s / 60, bytes / MB] as const),
            },
          ]
        : []),
    ];
  });
  const panel = { title: 'Memory under slow clients', xName: 'minutes', yName: 'MB', isLinear: true, curves } as const;
  writeFileSync(join(PROJECT, 'docs', FILE), plot([panel], 1));
  return FILE;
}
