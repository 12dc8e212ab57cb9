/** Environments beside each other: the one that docs/operations.md shows has what production has, and shares nothing with it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { unstable_readConfig as readConfig } from 'wrangler';
import { roleOf } from '../../src/queues/handle-batch.ts';

const PROJECT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'freshet-environments-'));
afterAll(() => rmSync(folder, { recursive: true }));

const operations = readFileSync(join(PROJECT, 'docs/operations.md'), 'utf8');
const shown = /```toml\n(\[env\.staging\][\s\S]*?)```/.exec(operations)?.[1] ?? '';
const file = join(folder, 'wrangler.toml');
writeFileSync(file, `${readFileSync(join(PROJECT, 'wrangler.toml'), 'utf8')}\n${shown}`);

/** What of a configuration is looked at here: wrangler's own type is not to be had. */
interface Configured {
  name: string;
  queues: {
    producers: { binding: string; queue: string }[];
    consumers: { queue: string; dead_letter_queue?: string; max_concurrency?: number; max_batch_size?: number }[];
  };
  d1_databases: { binding: string; database_name: string }[];
  r2_buckets: { binding: string; bucket_name: string }[];
  analytics_engine_datasets: { binding: string; dataset: string }[];
  durable_objects: { bindings: { name: string }[] };
  ratelimits: { name: string; namespace_id: string }[];
  [member: string]: unknown;
}
const production: Configured = readConfig({ config: file });
const staging: Configured = readConfig({ config: file, env: 'staging' });

/** Queues by what they are for, with everything of a consumer but names. */
const consumersOf = ({ queues }: Configured) =>
  queues.consumers.map(({ queue, dead_letter_queue: dead, ...how }) => ({
    ...how,
    role: roleOf(queue),
    dead: dead === undefined ? null : roleOf(dead),
  }));
const bindingsOf = ({ queues, d1_databases, r2_buckets, durable_objects, ratelimits, ...rest }: Configured) =>
  [
    ...[...queues.producers, ...d1_databases, ...r2_buckets, ...rest.analytics_engine_datasets].map(
      ({ binding }) => binding,
    ),
    ...[...durable_objects.bindings, ...ratelimits].map(({ name }) => name),
  ].toSorted();
/** What belongs to the account, whoever binds it. */
const namesOf = ({ queues, d1_databases, r2_buckets, ratelimits, ...rest }: Configured) => [
  rest.name,
  ...queues.consumers.map(({ queue }) => queue),
  ...queues.producers.map(({ queue }) => queue),
  ...d1_databases.map(({ database_name }) => database_name),
  ...r2_buckets.map(({ bucket_name }) => bucket_name),
  ...rest.analytics_engine_datasets.map(({ dataset }) => dataset),
  ...ratelimits.map(({ namespace_id }) => namespace_id),
];

describe('the queues of wrangler.toml', () => {
  it('have each a consumer that the Worker knows by the end of its name', () => {
    const roles = consumersOf(production).map(({ role }) => role);
    expect(roles.toSorted()).toEqual([
      'refresh',
      'refresh-dead',
      'refresh-slow',
      'sync',
      'sync-dead',
      'webhooks',
      'webhooks-dead',
    ]);
  });

  it('let a webhook have at most 20 deliveries at once: one a consumer, and six of the consumer that sends waiting events', () => {
    const of = (role: string) => consumersOf(production).find((consumer) => consumer.role === role);
    const consumers = ['webhooks', 'webhooks-dead'].map(
      (role) => of(role)?.max_concurrency ?? Number.POSITIVE_INFINITY,
    );
    expect(consumers.reduce((sum, count) => sum + count, 6)).toBeLessThanOrEqual(20);
    // A connection each, of the six that an invocation has.
    expect(of('webhooks')?.max_batch_size).toBe(6);
  });

  it.each(['freshet', 'refresh', 'freshet-refreshes', 'freshet-orders', ''])('are told from %j', (queue) => {
    expect(roleOf(queue)).toBeNull();
  });
});

describe('a staging environment as docs/operations.md shows it', () => {
  it('has the bindings and consumers of production', () => {
    expect(bindingsOf(staging)).toEqual(bindingsOf(production));
    expect(consumersOf(staging)).toEqual(consumersOf(production));
  });

  it('inherits what has no name', () => {
    const common = ({ compatibility_flags, migrations, limits, triggers, assets, main }: Configured) => ({
      ...{ compatibility_flags, migrations, limits, triggers, assets, main },
    });
    expect(common(staging)).toEqual(common(production));
  });

  it('shares no name with it', () => {
    const taken = new Set(namesOf(production));
    expect(namesOf(staging).filter((name) => taken.has(name))).toEqual([]);
  });
});
