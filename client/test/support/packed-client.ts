/** The package as npm publishes it, built and unpacked for one test file. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { buildClient } from '../../../scripts/client/build.ts';
import { type Entry, entriesOf, type Manifest, readManifest } from '../../../scripts/client/manifest.ts';
import { type Packed, packClient } from '../../../scripts/client/pack.ts';

/** A packed client. */
export interface PackedClient {
  manifest: Manifest;
  entries: readonly Entry[];
  metafile: Metafile;
  packed: Packed;
  /** Where the tarball is unpacked, as in somebody's `node_modules`. */
  folder: string;
  /** The folder that has that `node_modules`. */
  project: string;
  remove(): void;
}

/** Builds, packs and unpacks it in a temporary folder. */
export async function packedClient(): Promise<PackedClient> {
  const project = mkdtempSync(join(tmpdir(), 'freshet-packed-'));
  const manifest = readManifest();
  const entries = entriesOf(manifest);
  const metafile = await buildClient(entries, join(project, 'built'));
  const packed = packClient(manifest, join(project, 'built'), project);
  const folder = join(project, 'node_modules', manifest.name);
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-x', '-z', '-f', packed.path, '-C', folder, '--strip-components=1']);
  return { manifest, entries, metafile, packed, folder, project, remove: () => rmSync(project, { recursive: true }) };
}
