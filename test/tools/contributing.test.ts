/** The change that CONTRIBUTING.md leads through, made as it is typed there, in a copy of the project. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROJECT } from '../../scripts/lib/wrangler.ts';
import { run } from '../e2e/support/run.ts';
import { shellBlocks } from '../support/shell-blocks.ts';

/** Names, so that a commit needs no settings of whoever runs this. */
const AUTHOR = {
  GIT_AUTHOR_NAME: 'A newcomer',
  GIT_AUTHOR_EMAIL: 'newcomer@example.com',
  GIT_COMMITTER_NAME: 'A newcomer',
  GIT_COMMITTER_EMAIL: 'newcomer@example.com',
};
/** All but the clone, which the copy stands for. */
const [clone, ...blocks] = shellBlocks('CONTRIBUTING.md');
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'freshet-newcomer-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: PROJECT,
  });
  for (const file of String(listed).split('\0').filter(Boolean)) {
    cpSync(join(PROJECT, file), join(folder, file), { recursive: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  await run('bash', ['-c', 'git init -q && git add -A && git commit -q -m base'], AUTHOR, folder);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true }), 180_000);

it('begins with a clone', () => {
  expect(clone?.commands).toMatch(/^git clone .* && cd freshet && npm ci\n$/);
});

it('leads from a failing test to a commit, and each command answers as it says', async () => {
  for (const { commands, answer } of blocks) {
    const { stdout, stderr, code } = await run('bash', ['-c', commands], { ...AUTHOR, NO_COLOR: '1' }, folder);
    const told = `${stdout}${stderr}`;
    const lacking = answer.split('\n').filter((line) => line !== '' && !told.includes(line.trim()));
    expect({ commands, lacking, told: lacking.length > 0 ? told : '' }).toEqual({ commands, lacking: [], told: '' });
    const isToFail = /×|^scripts\//m.test(answer);
    expect({ commands, code: code === 0 ? 'passed' : told }).toEqual({
      commands,
      code: isToFail ? expect.not.stringMatching(/^passed$/) : 'passed',
    });
  }
  const { stdout } = await run('git', ['status', '--porcelain'], {}, folder);
  expect(stdout).toBe('');
}, 1_200_000);
