/** What an account must have for the Worker, from wrangler.toml and migrations/: one line each. */

import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { unstable_readConfig as readConfig } from 'wrangler';

/** The members of a configuration that count here; wrangler does not export its type. */
interface Configured {
  vars: Record<string, unknown>;
  compatibility_flags: string[];
  limits?: Record<string, unknown>;
  migrations: { new_sqlite_classes?: string[] }[];
  durable_objects: { bindings: { name: string }[] };
  queues: { producers?: { binding: string; queue: string }[] };
  ratelimits?: { name: string }[];
  assets?: { binding?: string };
  [bindings: string]: unknown;
}

const BOUND = ['d1_databases', 'r2_buckets', 'analytics_engine_datasets', 'hyperdrive'] as const;

/** The lines, sorted: `binding DB`, `class CacheObject`, `queue freshet-sync`, `var JWT_ISSUER`, `flag …`, `limit …`, `migration 0001`. */
export function accountLines(project: string): string[] {
  const config: Configured = readConfig({ config: join(project, 'wrangler.toml') });
  const producers = config.queues.producers ?? [];
  const bindings = [
    ...BOUND.flatMap((kind) => (config[kind] ?? []) as { binding: string }[]).map(({ binding }) => binding),
    ...producers.map(({ binding }) => binding),
    ...[...config.durable_objects.bindings, ...(config.ratelimits ?? [])].map(({ name }) => name),
    ...(config.assets?.binding === undefined ? [] : [config.assets.binding]),
  ];
  const migrations = globSync('migrations/*.sql', { cwd: project }).map((file) => basename(file).split('_')[0] ?? '');
  return [
    ...bindings.map((name) => `binding ${name}`),
    ...config.migrations.flatMap(({ new_sqlite_classes: names = [] }) => names.map((name) => `class ${name}`)),
    ...producers.map(({ queue }) => `queue ${queue}`),
    ...Object.keys(config.vars).map((name) => `var ${name}`),
    ...config.compatibility_flags.map((name) => `flag ${name}`),
    ...Object.keys(config.limits ?? {}).map((name) => `limit ${name}`),
    ...migrations.map((number) => `migration ${number}`),
  ].toSorted();
}
