/** The recipes of docs/origins.md, stored unchanged and loaded from imitations of their systems: for the `object` project. */

import { createExecutionContext, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { app } from '../../src/app.ts';
import { API_BASE } from '../../src/contract/constants.ts';
import type { Entry, Json, Parameters } from '../../src/ports/entry.ts';
import { unique } from './entries.ts';
import { type Item, PASSWORD } from './imitations/imitation.ts';
import type { Imitated } from './imitations/misbehave.ts';
import { TestOrigin } from './origin.ts';
import { recipeUnder } from './recipe-page.ts';
import { bodyOf, run, stateOf } from './refreshes.ts';
import { type TokenOptions, token } from './token.ts';

type Members = { [name: string]: Json };

/** A key pair for signing assertions, as the secret and as the system have it. */
async function keyPair(): Promise<{ pem: string; jwk: JsonWebKey }> {
  const algorithm = { name: 'RSA-PSS', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' };
  const { privateKey, publicKey } = (await crypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as CryptoKeyPair;
  const pkcs8 = Buffer.from((await crypto.subtle.exportKey('pkcs8', privateKey)) as ArrayBuffer).toString('base64');
  const jwk = (await crypto.subtle.exportKey('jwk', publicKey)) as JsonWebKey;
  return { pem: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----`, jwk };
}
let keys: ReturnType<typeof keyPair> | undefined;

export class Recipe {
  readonly origin = new TestOrigin();
  readonly #heading: string;
  readonly #parameters: Parameters;
  readonly #source = unique('source');
  #title = '';

  private constructor(heading: string, parameters: Parameters) {
    this.#heading = heading;
    this.#parameters = parameters;
  }

  /** Stores both definitions, with imitated hosts. */
  static async install(heading: string, parameters: Parameters = {}): Promise<Recipe> {
    const recipe = new Recipe(heading, parameters);
    const [source] = recipeUnder(heading);
    const atOrigin = source.replaceAll(/https:\/\/[\w.-]+/g, recipe.origin.url);
    await put(`/sources/${recipe.#source}/`, JSON.parse(atOrigin));
    await recipe.anew();
    return recipe;
  }

  /**
   * Stores the resource with another title, for which nothing is loaded, and with small pages instead of 1,000 rows.
   */
  async anew(): Promise<void> {
    const [, text] = recipeUnder(this.#heading);
    const { origin, ...resource } = JSON.parse(text.replace('"size": 1000', '"size": 2')) as Members & {
      origin: Members;
    };
    this.#title = unique('recipe');
    await put(`/resources/${this.#title}/`, { ...resource, origin: { ...origin, source: this.#source } });
  }

  /** Sets the system's data from now on, and its misbehaviour. */
  async tell(told: Omit<Imitated, 'jwk'>): Promise<void> {
    keys ??= keyPair();
    const { jwk } = await keys;
    await this.origin.answer({ imitate: { ...told, jwk } });
  }

  /** One attempt of a load. `rows`: what devices then have, without row ids; null: nothing. `objects`: the names in R2. */
  async load({ force = false } = {}) {
    const { pem } = await (keys ?? keyPair());
    const title = this.#title;
    const path = force ? `/caches/${await this.#key()}/refresh/?force=true` : '/cache/refresh/';
    const asked = await ask('POST', path, force ? {} : { resource_title: title, ...this.#parameters });
    expect(asked.ok).toBe(true);
    const { task_id: taskId } = await asked.json<{ task_id: string }>();
    const secret = (name: string) => (name.endsWith('_KEY') && name.includes('NETSUITE') ? pem : PASSWORD);
    await run(taskId, { secret, random: () => 0, wanted: { resource: title, gate: this.#source } });
    const { task, entry } = await stateOf(taskId);
    const { objects } = await env.BLOBS.list({ prefix: `${task.cache.key}/` });
    return { task, entry, rows: entry?.loaded ? await rowsIn(entry) : null, objects: objects.length };
  }

  /** Makes the source's token older. */
  async ageToken(): Promise<void> {
    const gate = env.SOURCE_GATE.getByName(this.#source);
    await runInDurableObject(gate, (_gate, { storage }) => {
      const { document } = storage.sql.exec<{ document: string }>('SELECT document FROM gate').one();
      const state = JSON.parse(document) as { token: { madeAt: number } };
      state.token.madeAt -= 60_000;
      storage.sql.exec('UPDATE gate SET document = ?', JSON.stringify(state));
    });
    await evictDurableObject(gate);
  }

  async #key(): Promise<string> {
    const [cache] = await (await ask('GET', `/caches/?resource_title=${this.#title}`, undefined, ADMIN)).json<
      { key: string }[]
    >();
    return cache?.key ?? '';
  }
}

/** The rows of the one table that devices get, without their ids. */
async function rowsIn(entry: Entry): Promise<Json[][]> {
  const [{ data }] = JSON.parse(await bodyOf(entry)) as [{ data: [number, ...Json[]][] }];
  return data.map(([, ...cells]) => cells);
}

const ADMIN: TokenOptions = { user: 'root', scope: 'cache:admin cache:read cache:refresh' };

async function put(path: string, definition: unknown): Promise<void> {
  const answer = await ask('PUT', path, definition, ADMIN);
  const body = await answer.json<{ warnings?: string[] }>();
  expect([answer.status, body]).toEqual([201, expect.anything()]);
  // The loads alone have the secrets of a recipe.
  expect(body.warnings?.filter((warning) => !warning.includes(' is not set')) ?? []).toEqual([]);
}

async function ask(method: string, path: string, body?: unknown, user: TokenOptions = ADMIN): Promise<Response> {
  const headers = {
    Authorization: `Bearer ${await token(user)}`,
    'Content-Type': 'application/json',
    Prefer: 'wait=0',
  };
  const request = new Request(`http://freshet.test${API_BASE}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return app.fetch(request, env, createExecutionContext());
}

/** Five items make three pages. */
export const ITEMS: readonly Item[] = ['Болт', 'Гайка', 'Шайба', 'Винт', 'Шуруп'].map((name, index) => ({
  id: index + 1,
  name,
  price: `${1234 * (index + 1)}.5${index}`,
  changed: `2026-01-0${index + 1}T10:00:00Z`,
}));
