/** A clean install on any machine: npm ci refuses a lock that leaves out the packages of other platforms. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface LockedPackage {
  version?: string;
  optionalDependencies?: Record<string, string>;
}

it('locks every optional package of every platform, also those that an incomplete registry did not offer', () => {
  const lock = join(import.meta.dirname, '../../package-lock.json');
  const { packages } = JSON.parse(readFileSync(lock, 'utf8')) as { packages: Record<string, LockedPackage> };
  const wanted = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {}).map((name) => ({ path, name })),
  );
  const missing = wanted.filter(
    ({ path, name }) => !(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages),
  );
  expect(wanted.length).toBeGreaterThan(0);
  expect(missing).toEqual([]);
});
