/**
 * A built Worker in workerd without `wrangler dev` in front: requests go directly to a socket of workerd, so that only
 * the Worker
 * and the local stores are measured, without a proxy. Bindings are those of wrangler.toml.
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
  /** Settings in addition to those of wrangler.toml; rate limits are off by default. */
  vars?: Record<string, string>;
  /** Changes to wrangler.toml: more bindings, another class of object. */
  more?: Partial<V4WorkerOptions>;
  /** Secret of its tokens, from an earlier run; by default a new one. */
  secret?: string;
  /** Folder of stores that are kept after this run; by default they are new and are deleted at the end. */
  stores?: string;
}

/** Life of tokens: some measurements move the Worker's clock forward by weeks. */
const YEAR_S = 365 * 86_400;
const SCOPES = 'cache:read cache:refresh cache:admin';

/** A running Worker with its own stores. */
export class LocalWorker implements Server {
  /** Its API. */
  readonly api = new Api(this);
  /** Its URL: a socket of workerd. */
  readonly url: string;
  readonly secret: string;
  /** The Worker's processes. */
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

  /** Starts it and applies the schema. */
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
    // The page at /docs is not measured.
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
        // Each load logs a line; only warnings and errors matter here.
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

  /** A token, by default with all scopes. */
  token(user: string, options: Partial<TokenOptions> = {}): Promise<string> {
    return signToken(this.secret, user, { scope: SCOPES, expiresS: YEAR_S, ...options });
  }

  async stop(): Promise<void> {
    await this.#miniflare.dispose();
    if (this.#stores !== null) rmSync(this.#stores, { recursive: true, force: true });
  }
}

/** Stores from an earlier run already have the schema. */
async function applyMigrations(db: Awaited<ReturnType<Miniflare['getD1Database']>>): Promise<void> {
  if ((await db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'resources'").first()) !== null) return;
  for (const { queries } of await readD1Migrations(join(PROJECT, 'migrations'))) {
    await db.batch(queries.map((query) => db.prepare(query)));
  }
}
