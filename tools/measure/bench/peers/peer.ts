/** A stack that a team would run instead, started with its own `start.sh` from a copy of the peers' folder. */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signToken } from '../../../../scripts/lib/token.ts';
import type { Server } from '../../harness/api.ts';
import { descendantsOf } from '../../harness/processes.ts';

/** The first start installs npm packages. */
const START_MS = 300_000;
const STOP_MS = 60_000;
const POLL_MS = 100;
const DAY_S = 86_400;
/** Number of consecutive ports of a peer: its own, PostgreSQL's, Redis'. */
const PORTS = 3;
const FIRST_PORT = 18_400;

/** A running peer. */
export class Peer implements Server {
  readonly url: string;
  readonly #secret: string;
  readonly #shell: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #roots: readonly number[];
  readonly #folder: string;

  private constructor(shell: ChildProcess, ended: Promise<unknown>, where: PeerPlace & { roots: readonly number[] }) {
    this.#shell = shell;
    this.#ended = ended;
    this.url = `http://127.0.0.1:${where.port}`;
    this.#secret = where.secret;
    this.#roots = where.roots;
    this.#folder = where.folder;
  }

  /** Starts the peer `name` of a folder of peers. @throws Error when it does not start */
  static async start(peers: string, name: string, originUrl: string): Promise<Peer> {
    const folder = mkdtempSync(join(tmpdir(), 'freshet-peer-'));
    const place = { folder, port: await freePorts(), secret: randomBytes(32).toString('hex') };
    const pidFile = join(folder, 'pids');
    // PostgreSQL runs as another user, which must be able to read the folder.
    chmodSync(folder, 0o755);
    cpSync(join(peers, 'peers'), join(folder, 'peers'), { recursive: true });
    const shell = spawn(join(folder, 'peers', name, 'start.sh'), {
      env: {
        ...process.env,
        BASE_PORT: String(place.port),
        ORIGIN_URL: originUrl,
        JWT_SECRET: place.secret,
        PID_FILE: pidFile,
      },
      stdio: ['ignore', process.stderr, process.stderr],
    });
    const ended = new Promise((resolve) => shell.once('exit', resolve));
    for (const until = Date.now() + START_MS; Date.now() < until && shell.exitCode === null; await sleep(POLL_MS)) {
      const roots = existsSync(pidFile) ? readFileSync(pidFile, 'utf8').trim().split(' ').map(Number) : [];
      if (roots.length > 0 && (await answers(place.port))) return new Peer(shell, ended, { ...place, roots });
    }
    shell.kill('SIGTERM');
    throw new Error(`The peer ${name} did not start.`);
  }

  get pids(): readonly number[] {
    return this.#roots.flatMap((root) => [root, ...descendantsOf(root)]);
  }

  token(user: string): Promise<string> {
    return signToken(this.#secret, user, { scope: 'cache:read cache:refresh', expiresS: DAY_S });
  }

  async stop(): Promise<void> {
    this.#shell.kill('SIGTERM');
    await Promise.race([this.#ended, sleep(STOP_MS, null, { ref: false })]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

interface PeerPlace {
  folder: string;
  port: number;
  secret: string;
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/api/v1/cache/`).then(
    ({ status }) => status === 401 || status === 403,
    () => false,
  );
}

/** The first of this many consecutive free ports. */
async function freePorts(): Promise<number> {
  for (let first = FIRST_PORT; first < FIRST_PORT + 1000; first += PORTS) {
    const free = await Promise.all(Array.from({ length: PORTS }, (_, at) => isFree(first + at)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`There are no ${PORTS} neighbouring free ports from ${FIRST_PORT} on.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
