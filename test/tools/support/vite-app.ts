/** An app of somebody else, made as they would: the packed client installed into it, built by Vite, served. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildClient } from '../../../scripts/client/build.ts';
import { entriesOf, readManifest } from '../../../scripts/client/manifest.ts';
import { packClient } from '../../../scripts/client/pack.ts';
import { PROJECT } from '../../../scripts/lib/wrangler.ts';
import { cleanEnv, freePorts } from '../../e2e/support/service.ts';

/** Vite, React and what they need. */
const PEERS = join(PROJECT, 'tools/peers');

/** A served app. */
export class ViteApp {
  readonly folder: string;
  readonly url: string;
  readonly #server: ChildProcess;

  private constructor(folder: string, url: string, server: ChildProcess) {
    this.folder = folder;
    this.url = url;
    this.#server = server;
  }

  /** @param source folder of its sources. @throws Error with the words of npm or Vite */
  static async start(source: string): Promise<ViteApp> {
    const folder = mkdtempSync(join(tmpdir(), 'freshet-app-'));
    try {
      const manifest = readManifest();
      await buildClient(entriesOf(manifest), join(folder, 'built'));
      const { path } = packClient(manifest, join(folder, 'built'), folder);
      rmSync(join(folder, 'built'), { recursive: true });
      cpSync(source, folder, { recursive: true });
      bringPeers(folder);
      npm(folder, ['install', '--offline', '--no-audit', '--no-fund', path]);
      npm(folder, ['run', 'build']);
      const [port] = await freePorts();
      const vite = join(folder, 'node_modules/vite/bin/vite.js');
      const server = spawn(
        process.execPath,
        [vite, 'preview', '--host', '127.0.0.1', '--strictPort', '--port', String(port)],
        {
          cwd: folder,
          env: cleanEnv(),
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      await lineWith(server, String(port));
      return new ViteApp(folder, `http://127.0.0.1:${port}/`, server);
    } catch (error) {
      rmSync(folder, { recursive: true });
      throw error;
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#server.once('close', resolve));
    this.#server.kill();
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}

/** As after the user's own `npm install`: the packages and the lockfile are there, and the app's package.json names them. */
function bringPeers(folder: string): void {
  const read = (path: string) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Record<string, object>;
  const { devDependencies } = read(PEERS);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...read(folder), devDependencies }));
  cpSync(join(PEERS, 'package-lock.json'), join(folder, 'package-lock.json'));
  link(join(PEERS, 'node_modules'), join(folder, 'node_modules'));
}

/** Hard links of a tree, where one file system has both: 125 MB need no copies. npm writes its own file there in place. */
function link(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) link(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (entry.name === '.package-lock.json') copyFileSync(source, target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}

function npm(folder: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: folder, env: cleanEnv(), encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
}

async function lineWith({ stdout }: ChildProcess, text: string): Promise<void> {
  if (stdout === null) return;
  for await (const line of createInterface(stdout)) if (line.includes(text)) return;
  throw new Error('vite preview ended');
}
