/**
 * What a deploy uploads and how long its start takes, compared with the limits that the tests enforce
 * (scripts/limits.json).
 */

import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import limits from '../../../../scripts/limits.json' with { type: 'json' };
import { quiet } from '../../harness/machine.ts';
import { startUpCpuMs } from '../../harness/start-up.ts';
import { median } from '../../harness/statistics.ts';
import type { Part } from './part.ts';

export const deploy: Part = async ({ service }, { rounds, patienceS, tell }) => {
  const startsMs: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    await quiet(patienceS);
    startsMs.push(await startUpCpuMs());
    tell(`start, round ${round}: ${startsMs.at(-1)?.toFixed(1)} ms of CPU`);
  }
  const bytes = gzipSync(readFileSync(service)).byteLength;
  return [
    { what: 'bundle, gzipped', value: bytes / 1000, unit: 'kB', most: limits.bundleGzippedBytes / 1000 },
    { what: 'start-up, CPU', value: median(startsMs), unit: 'ms', most: limits.startUpCpuMs },
  ];
};
