/** What somebody reads who has not installed the project, or only in part (CONTRACT 7). */

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from './support/run.ts';
import { PROJECT } from './support/service.ts';

const COMMANDS = [['start'], ['run', '-s', 'token', '--', 'alice'], ['test'], ['run', 'deploy']];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freshet-clone-'));
  for (const name of ['package.json', 'scripts']) cpSync(join(PROJECT, name), join(folder, name), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As after `npm ci --ignore-scripts`: the packages are there, the Node.js that one of them fetches is not. */
function installWithoutScripts(): void {
  mkdirSync(join(folder, 'node_modules/node'), { recursive: true });
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), '{}');
  writeFileSync(join(folder, 'node_modules/node/package.json'), '{"version":"99.1.0"}');
}

describe.each(COMMANDS.map((args) => ({ command: `npm ${args.join(' ')}`, args })))('$command', ({ args }) => {
  it('says in one sentence to run npm ci before anything is installed', async () => {
    const { code, stderr } = await run('npm', args, {}, folder);
    expect(code).toBe(1);
    expect(stderr.trim()).toBe('Freshet is not installed yet. Run: npm ci');
  });

  it('says in one sentence what to do when install scripts did not run', async () => {
    installWithoutScripts();
    const { code, stderr } = await run('npm', args, {}, folder);
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^Freshet runs on Node\.js 99\.1\.0, .*Run: npm ci --ignore-scripts=false$/),
    ]);
  });
});
