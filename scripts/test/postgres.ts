/** A PostgreSQL server for tests: a new cluster in its own folder, on a free port of the loopback interface. */

import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../lib/free-ports.ts';

/** Where Debian installs the programs of each version. */
const DEBIAN = '/usr/lib/postgresql';
const ADMIN = 'admin';

/** The folder of `initdb` and `postgres`; null if there is none, or no user that may run them. */
export function postgresFolder(): string | null {
  if (process.getuid?.() === 0 && serverUser() === null) return null;
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(DEBIAN, version, 'bin')), ...(process.env.PATH ?? '').split(':')];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))) ?? null;
}

/** A running server. */
export interface PostgresServer {
  /** URL of a superuser, with password. */
  url: string;
  stop(): Promise<void>;
}

/** Starts a server. @throws Error if `postgresFolder` finds no programs */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = postgresFolder();
  if (programs === null) throw new Error('PostgreSQL is not installed.');
  // PostgreSQL does not run as root.
  const user = process.getuid?.() === 0 ? serverUser() : null;
  const folder = mkdtempSync(join(tmpdir(), 'freshet-postgres-'));
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  if (user !== null) for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder };
  execFileSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', ADMIN, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C', '-N'],
    { ...options, stdio: 'pipe' },
  );
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'fsync=off',
    'max_connections=50',
  ];
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  let log = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (piece: Buffer) => {
      log += piece.toString();
      if (log.includes('ready to accept connections')) resolve();
    });
    void ended.then(() => reject(new Error(`PostgreSQL did not start:\n${log}`)));
  });
  // Keep reading: otherwise the server would block when the pipe is full.
  server.stderr.removeAllListeners('data').resume();
  return {
    url: `postgres://${ADMIN}:${password}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      // Fast shutdown: ends connections.
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The user that Debian's package creates; null if there is none. */
function serverUser(): { uid: number; gid: number } | null {
  const idOf = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: idOf('-u'), gid: idOf('-g') };
  } catch {
    return null;
  }
}
