/** The drivers in client/examples/drivers compile against the packages that they are written for. */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { run } from '../e2e/support/run.ts';
import { PROJECT } from '../e2e/support/service.ts';

const PACKAGES = join(PROJECT, 'tools/drivers/node_modules');
const DRIVERS = join(PROJECT, 'client/examples/drivers');
const TSCONFIG = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    // The packages' own declarations name React Native, which is not there.
    skipLibCheck: true,
    noEmit: true,
    target: 'es2022',
    lib: ['es2022', 'dom'],
    module: 'esnext',
    moduleResolution: 'bundler',
    allowImportingTsExtensions: true,
    types: [join(PROJECT, 'node_modules/@types/node')],
    paths: {
      '@freshet/client/sqlite': [join(PROJECT, 'client/src/sqlite.ts')],
      '*': [join(PACKAGES, '*')],
    },
  },
};
/** Says of each package that its types are there: of what is not found all is allowed. */
const WRONG = `
import { CapacitorSQLite, SQLiteConnection } from '@capacitor-community/sqlite';
import { open } from '@op-engineering/op-sqlite';
import { openDatabaseAsync } from 'expo-sqlite';
// @ts-expect-error
new SQLiteConnection(CapacitorSQLite).createConnection(1);
// @ts-expect-error
open({ name: 'a' }).execute(1);
// @ts-expect-error
(await openDatabaseAsync('a')).runAsync(1);
export {};
`;

describe.skipIf(!isThere('tools/drivers'))('drivers of SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-drivers-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('compile against the types of expo-sqlite, op-sqlite, Capacitor and Node.js', async () => {
    expect(readdirSync(DRIVERS).sort()).toEqual([
      'capacitor-sqlite.ts',
      'expo-sqlite.ts',
      'node-sqlite.ts',
      'op-sqlite.ts',
    ]);
    writeFileSync(join(folder, 'wrong.ts'), WRONG);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...TSCONFIG, include: [DRIVERS, 'wrong.ts'] }));
    const { code, stdout } = await run(process.execPath, [
      join(PROJECT, 'node_modules/typescript/bin/tsc'),
      '-p',
      folder,
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });
});
