/** What each npm script answers when it is asked for help, or told an option that it does not have. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { scripts } from '../../package.json' with { type: 'json' };
import { asksForHelp } from '../../scripts/lib/command-line.ts';

const PROJECT = join(import.meta.dirname, '../..');
/** Each npm script that is one of ours, and its command after the check of what is installed. */
const COMMANDS = Object.entries(scripts).flatMap(([name, command]) => {
  const [, file, ...args] = /node ((?:scripts|tools)\/\S+\.ts)(.*)$/.exec(command) ?? [];
  return file === undefined ? [] : [{ name, args: [file, ...args.join(' ').split(' ').filter(Boolean)] }];
});
/** Loading a script that loads workerd takes seconds. */
const START_MS = 60_000;

async function run(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, args, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'] });
  const code = new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1)));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

it('-h asks for help as --help does, wherever it stands', () => {
  expect([['--help'], ['--write', '-h'], ['help'], []].map(asksForHelp)).toEqual([true, true, false, false]);
});

describe.each(COMMANDS)('npm run $name', { timeout: START_MS }, ({ name, args }) => {
  it('prints its usage for --help, and does nothing else', async () => {
    const { code, stdout, stderr } = await run([...args, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`npm (run (-s )?)?${name}\\b`));
  });
});

// `npm start` is tested in e2e/start.test.ts: it refuses arguments together with wrong settings.
const REFUSING = COMMANDS.filter(({ name }) => name !== 'start');
describe.each(REFUSING)('npm run $name', { timeout: START_MS }, ({ args }) => {
  it('refuses an option that it does not have, and says where the others are', async () => {
    const { code, stdout, stderr } = await run([...args, '--nonsense']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/--nonsense[\s\S]*npm (run (-s )?)?/);
  });
});
