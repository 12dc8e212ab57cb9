/** Caches with their own origin, whose tasks only the test runs: for the `object` project. */
import { env } from 'cloudflare:workers';
import type * as v from 'valibot';
import type { Resource } from '../../src/contract/resource.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { policyOf } from '../../src/core/task-policy.ts';
import type { KnownGate } from '../../src/flows/load/gate-hold.ts';
import type { LoadWanted } from '../../src/flows/load/load-slots.ts';
import type { Disposition } from '../../src/flows/load/report-load.ts';
import { type RefreshServices, type RunOptions, runRefresh } from '../../src/flows/load/run-refresh.ts';
import { noMetrics } from '../../src/metrics.ts';
import { objectClient } from '../../src/object/client.ts';
import { sourceGates } from '../../src/object/gate-client.ts';
import type { CacheIdentity, Entry, Parameters } from '../../src/ports/entry.ts';
import type { EnqueueRequest } from '../../src/ports/object.ts';
import type { Task } from '../../src/ports/task.ts';
import { readSettings, readText } from '../../src/settings.ts';
import { r2Blobs } from '../../src/stores/blobs.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { d1Webhooks } from '../../src/stores/webhooks.ts';
import { unique } from './entries.ts';
import { refreshOf } from './loads.ts';
import { TestOrigin } from './origin.ts';
import { sampleResource } from './resources.ts';

type Members = Partial<Omit<v.InferInput<typeof Resource>, 'origin'>> & {
  origin?: Partial<v.InferInput<typeof Resource>['origin']>;
};

export const services: RefreshServices = {
  blobs: r2Blobs(env.BLOBS),
  objects: objectClient(env.CACHE_OBJECT),
  resources: d1Resources(env.DB),
  secret: (name) => readText(env, name),
  settings: readSettings(env),
  database: (name) => (env as unknown as Record<string, Hyperdrive | undefined>)[name]?.connectionString,
  via: () => undefined,
  gates: sourceGates(env.SOURCE_GATE),
  metrics: noMetrics,
  webhooks: d1Webhooks(env.DB),
  webhookQueue: env.WEBHOOK_QUEUE,
};

/** One resource with one cache. */
export class Refreshed {
  readonly origin = new TestOrigin();
  readonly title = unique('refreshed');
  readonly cache: CacheIdentity;
  #number = 0;
  #policy = policyOf(sampleResource());

  constructor(parameters: Parameters) {
    this.cache = cacheIdentity(this.title, parameters, null);
  }

  static async define(members: Members = {}, parameters: Parameters = { of: 'x' }): Promise<Refreshed> {
    const made = new Refreshed(parameters);
    await made.redefine(members);
    return made;
  }

  /** `matters`: data loaded before counts as expired. */
  async redefine({ origin, ...members }: Members, matters = true): Promise<void> {
    const definition = sampleResource({
      parameters: { type: 'object', properties: { of: { type: 'string' } } },
      ...members,
      origin: { url: `${this.origin.url}/data`, ...origin },
    });
    const before = await services.resources.read(this.title);
    const expected = before?.definition == null ? null : before.changedAt;
    const stored = await services.resources.put(this.title, definition, matters, expected, Date.now());
    if (stored === null) throw new Error('the definition was written by somebody else');
    this.#number = stored.number;
    this.#policy = policyOf(definition, stored.source);
  }

  async remove(): Promise<void> {
    await services.resources.remove(this.title, null, Date.now());
  }

  /** Asks for a refresh; returns the id of its task. */
  async ask(more: Partial<EnqueueRequest> = {}): Promise<string> {
    const answer = await services.objects.enqueue(
      refreshOf(this.cache, { number: this.#number, policy: this.#policy, ...more }),
    );
    if (answer.outcome !== 'task') throw new Error(answer.outcome);
    return answer.task.taskId;
  }

  /** Asks for a refresh and runs it, as a delivered message would. */
  async refresh({
    enqueue = {},
    ...faults
  }: RunOptions & Partial<RefreshServices> & { enqueue?: Partial<EnqueueRequest> } = {}): Promise<{
    disposition: Disposition;
    task: Task;
    entry: Entry | null;
  }> {
    const taskId = await this.ask(enqueue);
    const disposition = await run(taskId, faults);
    return { disposition, ...(await stateOf(taskId)) };
  }

  /** Names of this cache's objects in R2. */
  async objects(): Promise<string[]> {
    const { objects } = await env.BLOBS.list({ prefix: `${this.cache.key}/` });
    return objects.map(({ key }) => key.slice(this.cache.key.length + 1));
  }

  /** The body that the entry names. */
  body(entry: Entry): Promise<string> {
    return bodyOf(entry);
  }
}

/** The body that an entry names. */
export async function bodyOf({ key, loaded }: Entry): Promise<string> {
  const { fence = 0, bytes = 0 } = loaded ?? {};
  return new Response(await services.blobs.get(key, fence, 'body', { offset: 0, length: bytes })).text();
}

type Faults = RunOptions & Partial<RefreshServices> & { wanted?: LoadWanted & KnownGate };

/** Runs a task as one delivery of its message would; `wanted`: what the message says about the load. */
export function run(taskId: string, { wanted = {}, ...faults }: Faults = {}): Promise<Disposition> {
  return runRefresh({ ...services, ...faults }, { ...wanted, taskId, deliveryId: crypto.randomUUID() }, faults);
}

export async function stateOf(taskId: string): Promise<{ task: Task; entry: Entry | null }> {
  const answer = await services.objects.state(taskId);
  if (answer.outcome !== 'found') throw new Error(answer.outcome);
  return answer;
}
