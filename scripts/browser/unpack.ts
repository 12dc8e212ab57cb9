/**
 * Unpacks the Chromium of @sparticuz/chromium. Only the program of the package is used: its own code takes any
 * `chromium` in the system's temporary folder, of any version, and starts it with CORS off and all tabs in one process.
 */

import { spawn, spawnSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { PROJECT } from '../lib/wrangler.ts';

/** A browser that can be started. */
export interface Executable {
  path: string;
  /** Environment variables that its process needs. */
  env: Readonly<Record<string, string>>;
}

const CACHE = join(PROJECT, 'node_modules/.cache');
const PREFIX = 'freshet-chromium-';

/**
 * Unpacks the program of the package into a folder named by its version, unless it is already there.
 *
 * Safe if several processes do it at once: each unpacks into its own folder and renames that as a whole.
 *
 * @param source a folder with a package.json and `bin/*.br`
 * @param cache folder of the unpacked versions
 * @throws Error if the program does not run on this machine
 */
export async function unpackChromium(source: string, cache: string = CACHE): Promise<Executable> {
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
  const folder = join(cache, `${PREFIX}${version}`);
  if (!existsSync(folder)) {
    sweep(cache, folder);
    const part = `${folder}.part-${process.pid}`;
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part, { recursive: true });
    await fill(part, join(source, 'bin'));
    try {
      renameSync(part, folder);
    } catch (error) {
      rmSync(part, { recursive: true });
      // Another process was faster.
      if (!existsSync(folder)) throw error;
    }
  }
  return inFolder(folder);
}

async function fill(folder: string, packed: string): Promise<void> {
  const program = join(folder, 'chromium');
  await Promise.all([
    pipeline(
      createReadStream(join(packed, 'chromium.br')),
      createBrotliDecompress(),
      createWriteStream(program, { mode: 0o755 }),
    ),
    untar(join(packed, 'fonts.tar.br'), folder),
  ]);
  writeFileSync(join(folder, 'fonts.conf'), FONTS);
  if (faultOf(inFolder(folder)) === null) return;
  // Small systems lack libnss3 and similar libraries, which the package includes for one system.
  await untar(join(packed, 'al2023.tar.br'), folder);
  const fault = faultOf(inFolder(folder));
  if (fault === null) return;
  rmSync(folder, { recursive: true });
  throw new Error(`The Chromium of the package does not run here: ${fault}. CHROMIUM_PATH=<file> names another one.`);
}

/** Uses the system's fonts, and those of the package if it has none: without a font, no text has a width. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
</fontconfig>
`;

function inFolder(folder: string): Executable {
  const libraries = join(folder, 'lib');
  const paths = [libraries, process.env.LD_LIBRARY_PATH].filter((path) => path !== undefined);
  return {
    path: join(folder, 'chromium'),
    env: {
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
      ...(existsSync(libraries) && { LD_LIBRARY_PATH: paths.join(':') }),
    },
  };
}

/** Returns why the program does not run; null if it does. */
function faultOf({ path, env }: Executable): string | null {
  const { status, stderr, error } = spawnSync(path, ['--version'], { env: { ...process.env, ...env } });
  return status === 0 ? null : (error?.message ?? String(stderr).trim());
}

const ENDED_EARLY = ['ERR_STREAM_PREMATURE_CLOSE', 'EPIPE'];

async function untar(packed: string, folder: string): Promise<void> {
  const tar = spawn('tar', ['-x', '-C', folder], { stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve, reject) => {
    tar.on('error', reject);
    tar.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`tar ended with ${code}`))));
  });
  // tar may exit at the end of the archive before it has read the zeros after it. Its exit code says whether the
  // archive was complete.
  const [given] = await Promise.allSettled([
    pipeline(createReadStream(packed), createBrotliDecompress(), tar.stdin),
    ended,
  ]);
  await ended;
  if (given.status === 'rejected' && !ENDED_EARLY.includes(given.reason.code)) throw given.reason;
}

/** Removes other versions, and what processes left behind that were killed while they unpacked: 200 MB each. */
function sweep(cache: string, wanted: string): void {
  if (!existsSync(cache)) return;
  for (const name of readdirSync(cache).filter((name) => name.startsWith(PREFIX))) {
    // Another process may have finished it in the meantime.
    if (join(cache, name) === wanted) continue;
    const [, pid] = /\.part-(\d+)$/.exec(name) ?? [];
    if (pid === undefined || !isRunning(Number(pid))) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
