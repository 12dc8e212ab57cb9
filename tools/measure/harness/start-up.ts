/** CPU that the built Worker needs to start: `wrangler check startup` profiles it in workerd, without an account. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { offlineEnv, runWrangler } from '../../../scripts/lib/wrangler.ts';

/** A CPU profile in the format of the Chrome DevTools protocol (`Profiler.Profile`). */
interface Profile {
  nodes: { id: number; callFrame: { functionName: string } }[];
  /** Ids of nodes, and microseconds between one sample and the next. */
  samples: number[];
  timeDeltas: number[];
}

/** CPU of the start in ms; other work of this machine affects it. @throws Error with wrangler's output */
export async function startUpCpuMs(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-start-up-'));
  try {
    const outfile = join(folder, 'start-up.cpuprofile');
    const { code, output } = await runWrangler(['check', 'startup', '--outfile', outfile], {
      env: offlineEnv(),
      show: false,
    });
    if (code !== 0) throw new Error(output);
    return activeMs(JSON.parse(readFileSync(outfile, 'utf8')) as Profile);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function activeMs({ nodes, samples, timeDeltas }: Profile): number {
  const idle = new Set(nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id));
  const us = samples.reduce((sum, id, at) => sum + (idle.has(id) ? 0 : (timeDeltas[at] ?? 0)), 0);
  return us / 1000;
}
