/**
 * A built Worker in workerd without `wrangler dev` before it: its requests go straight to a socket of workerd, so that
 * what is measured is the Worker and the local stores, and no proxy. Bindings are those of wrangler.toml.
 */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readD1Migrations } from '@cloudflare/vitest-pool-workers';
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions as optionsOf } from 'wrangler';
import { signToken, type TokenOptions } from '../../../scripts/lib/token.ts';
import { PROJECT } from '../../../scripts/lib/wrangler.ts';
import { Api, type Server } from './api.ts';
import { descendantsOf } from './processes.ts';

/** How a Worker is run. */
export interface LocalWorkerOptions {
  /** Path of the built script, a single ES module. */
  script: string;
  /** Settings beside those of wrangler.toml; rate limits are off unless told. */
  vars?: Record<string, string>;
  /** Changes to what wrangler.toml says: further bindings, another class of object. */
  more?: Partial<V4WorkerOptions>;
  /** Secret of its tokens, of an earlier run; without it a new one. */
  secret?: string;
  /** Folder of stores that outlive this run; without it they are new and removed at the end. */
  stores?: string;
}

/** Some measurements put the Worker's clock forward by weeks. */
const YEAR_S = 365 * 86_400;
const SCOPES = 'cache:read cache:refresh cache:admin';

/** A running Worker with stores of its own. */
export class LocalWorker implements Server {
  /** Its API. */
  readonly api = new Api(this);
  /** Where it answers: a socket of workerd. */
  readonly url: string;
  readonly secret: string;
  /** The processes that do its work. */
  readonly pids: readonly number[];
  readonly #miniflare: Miniflare;
  readonly #stores: string | null;

  private constructor(
    miniflare: Miniflare,
    where: { url: string; secret: string; stores: string | null; pids: number[] },
  ) {
    this.#miniflare = miniflare;
    this.url = where.url;
    this.secret = where.secret;
    this.pids = where.pids;
    this.#stores = where.stores;
  }

  /** Starts it, the schema applied. */
  static async start({
    script,
    vars = {},
    more = {},
    stores: kept,
    ...known
  }: LocalWorkerOptions): Promise<LocalWorker> {
    const { secret = randomBytes(32).toString('base64url') } = known;
    const stores = kept ?? mkdtempSync(join(tmpdir(), 'freshet-stores-'));
    const before = new Set(descendantsOf(process.pid));
    // The reader of /docs is no part of what is measured.
    const { assets: _assets, ...worker } = optionsOf(join(PROJECT, 'wrangler.toml')).workerOptions;
    const usual = { JWT_SECRET: secret, RATE_LIMITS: 'off', ORIGIN_HOSTS: '127.0.0.1' };
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        ...worker,
        name: 'worker',
        rootPath: '/',
        modules: [{ type: 'ESModule', path: script, contents: readFileSync(script) }],
        modulesRoot: '/',
        bindings: { ...(worker.bindings as Record<string, string>), ...usual, ...vars },
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        resourcePersistencePath: stores,
        cf: false,
        // Each load tells of itself; what went wrong is worth a look.
        handleStructuredLogs: ({ level, message }) => {
          if (level !== 'info') console.error(message);
        },
        ...more,
      } as Parameters<typeof convertV4MiniflareOptions>[0]),
    );
    await miniflare.ready;
    const { origin: url } = await miniflare.unsafeGetDirectURL('worker');
    const pids = descendantsOf(process.pid).filter((pid) => !before.has(pid));
    await applyMigrations(await miniflare.getD1Database('DB'));
    return new LocalWorker(miniflare, { url, secret, stores: kept === undefined ? stores : null, pids });
  }

  /** A binding of the Worker's environment, as Miniflare's proxy gives it. */
  async binding<Binding>(name: string): Promise<Binding> {
    const bindings = await this.#miniflare.getBindings('worker');
    return bindings[name] as Binding;
  }

  /** A token with all scopes, unless told. */
  token(user: string, options: Partial<TokenOptions> = {}): Promise<string> {
    return signToken(this.secret, user, { scope: SCOPES, expiresS: YEAR_S, ...options });
  }

  async stop(): Promise<void> {
    await this.#miniflare.dispose();
    if (this.#stores !== null) rmSync(this.#stores, { recursive: true, force: true });
  }
}

/** Stores that were kept have the schema already. */
async function applyMigrations(db: Awaited<ReturnType<Miniflare['getD1Database']>>): Promise<void> {
  if ((await db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'resources'").first()) !== null) return;
  for (const { queries } of await readD1Migrations(join(PROJECT, 'migrations'))) {
    await db.batch(queries.map((query) => db.prepare(query)));
  }
}
