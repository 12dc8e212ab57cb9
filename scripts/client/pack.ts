/** Packs the device client as npm publishes it. */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from '../lib/wrangler.ts';
import { CLIENT, type Manifest } from './manifest.ts';

/** npm's description of a tarball. */
export interface Packed {
  /** Path of the tarball. */
  path: string;
  /** Bytes, packed. */
  size: number;
  /** Paths from the root of the package. */
  files: string[];
}

/**
 * Packs the built client.
 *
 * @param built the folder that build.ts wrote
 * @param destination folder for the tarball
 * @throws Error with npm's message, or if a file is missing that the package promises
 */
export function packClient(manifest: Manifest, built: string, destination: string): Packed {
  const stage = mkdtempSync(join(tmpdir(), 'freshet-pack-'));
  try {
    for (const name of ['package.json', 'README.md']) cpSync(join(CLIENT, name), join(stage, name));
    cpSync(join(PROJECT, 'LICENSE'), join(stage, 'LICENSE'));
    cpSync(built, join(stage, 'dist'), { recursive: true });
    for (const { types, default: script } of Object.values(manifest.exports)) {
      for (const file of [types, script]) if (!existsSync(join(stage, file))) throw new Error(`${file} was not built`);
    }
    mkdirSync(destination, { recursive: true });
    const { status, stdout, stderr } = spawnSync(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', destination],
      { cwd: stage, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`npm pack failed:\n${stderr}`);
    const [told] = JSON.parse(stdout) as { filename: string; size: number; files: { path: string }[] }[];
    if (told === undefined) throw new Error('npm pack told of no tarball');
    return { path: join(destination, told.filename), size: told.size, files: told.files.map(({ path }) => path) };
  } finally {
    rmSync(stage, { recursive: true });
  }
}
