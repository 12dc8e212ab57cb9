/** What can be tried of a deploy without an account (CONTRACT 7). */

import { expect, it } from 'vitest';
import { run } from './support/run.ts';

const MAX_GZIPPED_KIB = 100;

it('builds a Worker of at most 100 KiB gzipped, with every binding', async () => {
  const { code, stdout } = await run('npm', ['run', '-s', 'deploy', '--', '--dry-run']);
  expect(code).toBe(0);
  const size = /gzip: ([\d.]+) KiB/.exec(stdout)?.[1];
  expect(Number(size)).toBeGreaterThan(0);
  expect(Number(size)).toBeLessThanOrEqual(MAX_GZIPPED_KIB);
  for (const binding of ['DB', 'BLOBS', 'CACHE_OBJECT', 'REFRESH_QUEUE', 'SYNC_QUEUE'])
    expect(stdout).toContain(`env.${binding}`);
});
