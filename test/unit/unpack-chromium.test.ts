/** The browser that an npm package brings (scripts/browser/unpack.ts), with a package whose program is a script. */

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unpackChromium } from '../../scripts/browser/unpack.ts';
import { PROJECT } from '../../scripts/lib/wrangler.ts';

const RUNS = '#!/bin/sh\necho Chromium 1\n';
const NEEDS_LIBRARIES =
  '#!/bin/sh\n[ -f "$LD_LIBRARY_PATH/needed.so" ] || { echo needed.so: not found >&2; exit 127; }\n';
const NEVER_RUNS = '#!/bin/sh\necho wrong machine >&2; exit 1\n';

let folder: string;
let cache: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freshet-unpack-'));
  cache = join(folder, 'cache');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A package of this version with this program. */
function pack(version: string, program: string): string {
  const source = join(folder, `package-${version}`);
  mkdirSync(join(source, 'bin'), { recursive: true });
  writeFileSync(join(source, 'package.json'), JSON.stringify({ version }));
  writeFileSync(join(source, 'bin/chromium.br'), brotliCompressSync(program));
  for (const [archive, file] of [
    ['fonts', 'fonts/one.ttf'],
    ['al2023', 'lib/needed.so'],
  ] as const) {
    const content = join(source, archive);
    mkdirSync(join(content, file, '..'), { recursive: true });
    writeFileSync(join(content, file), 'x');
    const tar = execFileSync('tar', ['-c', '-C', content, '.']);
    writeFileSync(join(source, `bin/${archive}.tar.br`), brotliCompressSync(tar));
  }
  return source;
}

it('unpacks the program once, in a folder named by its version', async () => {
  const source = pack('1.0.0', RUNS);
  const { path, env } = await unpackChromium(source, cache);
  expect(path).toBe(join(cache, 'freshet-chromium-1.0.0/chromium'));
  expect(readFileSync(path, 'utf8')).toBe(RUNS);
  expect(readFileSync(env.FONTCONFIG_FILE ?? '', 'utf8')).toContain('fonts');
  expect(env).not.toHaveProperty('LD_LIBRARY_PATH');
  writeFileSync(path, '#!/bin/sh\nexit 0\n');
  expect(readFileSync((await unpackChromium(source, cache)).path, 'utf8')).toBe('#!/bin/sh\nexit 0\n');
});

it('brings the libraries of the package where the system lacks them', async () => {
  const { env } = await unpackChromium(pack('1.0.0', NEEDS_LIBRARIES), cache);
  expect(env.LD_LIBRARY_PATH).toBe(join(cache, 'freshet-chromium-1.0.0/lib'));
});

it('leaves nothing where the program cannot run, and says how to name another', async () => {
  const unpacked = unpackChromium(pack('1.0.0', NEVER_RUNS), cache);
  await expect(unpacked).rejects.toThrow(/wrong machine.*CHROMIUM_PATH/);
  expect(readdirSync(cache)).toEqual([]);
});

it('unpacks another version, and removes the old one and what a killed process left', async () => {
  await unpackChromium(pack('1.0.0', RUNS), cache);
  mkdirSync(join(cache, 'freshet-chromium-2.0.0.part-0999999999'));
  const ofRunning = join(cache, `freshet-chromium-2.0.0.part-${process.ppid}`);
  mkdirSync(ofRunning);
  await unpackChromium(pack('2.0.0', RUNS), cache);
  expect(existsSync(ofRunning)).toBe(true);
  expect(readdirSync(cache).filter((name) => !name.includes('part'))).toEqual(['freshet-chromium-2.0.0']);
  expect(readdirSync(cache)).toHaveLength(2);
});

it('lets processes unpack at once: each gets the whole program', async () => {
  const source = pack('1.0.0', RUNS);
  const module = join(PROJECT, 'scripts/browser/unpack.ts');
  const code = `import { unpackChromium } from ${JSON.stringify(module)};
    console.log((await unpackChromium(${JSON.stringify(source)}, ${JSON.stringify(cache)})).path);`;
  const all = Array.from({ length: 3 }, async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    for await (const piece of child.stdout) told += String(piece);
    return readFileSync(told.trim(), 'utf8');
  });
  expect(await Promise.all(all)).toEqual([RUNS, RUNS, RUNS]);
  expect(readdirSync(cache)).toEqual(['freshet-chromium-1.0.0']);
});
