/**
 * `npm run deploy`: puts the service on the Cloudflare account that wrangler is logged in to (CONTRACT 7); safe to
 * repeat. wrangler itself makes the bucket and the queues on deploy; the databases are made here, before, since the schema
 * must be there when the Worker is. `--env` names an environment of wrangler.toml; `--dry-run` only builds and checks.
 */

import { parseArgs } from 'node:util';
import { unstable_readConfig as readConfig } from 'wrangler';
import { type Outcome, offlineEnv, runWrangler } from './lib/wrangler.ts';

const KEY_SECRETS = ['JWT_SECRET', 'JWT_PUBLIC_KEY'];
const NO_KEY = `The service has no key to verify tokens with, and would let nobody in. Set exactly one:
  npx wrangler secret put JWT_PUBLIC_KEY    # one JWK or SPKI PEM
  npx wrangler secret put JWT_SECRET        # HS256, at least 32 bytes
  JWT_JWKS_URL = "https://…" under [vars] in wrangler.toml
Then run npm run deploy again.`;

/** The environment, as an argument of each command of wrangler. */
let ofEnvironment: string[] = [];

try {
  const options = { 'dry-run': { type: 'boolean', default: false }, env: { type: 'string' } } as const;
  const { values } = parseArgs({ options });
  ofEnvironment = values.env === undefined ? [] : ['--env', values.env];
  process.exitCode = values['dry-run'] ? await dryRun() : await deploy();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function dryRun(): Promise<number> {
  return (await runWrangler(['deploy', '--dry-run', ...ofEnvironment], { env: offlineEnv(), show: true })).code;
}

async function deploy(): Promise<number> {
  step('the key that verifies tokens');
  await demandOneKey();
  for (const { binding } of config().d1_databases) {
    step(`the database ${binding} and its schema`);
    await demandDatabase(binding);
    if ((await wrangler('d1', 'migrations', 'apply', binding, '--remote')).code !== 0) {
      throw new Error('The migrations could not be applied; nothing was deployed.');
    }
  }
  step('the Worker, its bucket and its queues');
  return (await wrangler('deploy')).code;
}

function config(): ReturnType<typeof readConfig> {
  const [, env] = ofEnvironment;
  return readConfig({ config: 'wrangler.toml', ...(env === undefined ? {} : { env }) });
}

/** @throws Error that says what to do unless exactly one key setting is there */
async function demandOneKey(): Promise<void> {
  const set = (await secretNames()).filter((name) => KEY_SECRETS.includes(name));
  if (config().vars.JWT_JWKS_URL) set.push('JWT_JWKS_URL');
  if (set.length === 0) throw new Error(NO_KEY);
  if (set.length > 1) throw new Error(`Exactly one of ${set.join(' and ')} may be set; remove the others.`);
  console.log(`${set[0]} is set.`);
}

/** Names of the deployed Worker's secrets; none where there is no Worker yet. @throws Error when wrangler cannot tell */
async function secretNames(): Promise<string[]> {
  const { code, stdout, output } = await quietly('secret', 'list', '--format', 'json');
  if (code === 0) return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
  if (/Worker "[^"]+"[^.]* not found/.test(output)) return [];
  throw new Error(output);
}

/** Makes the database of a binding where there is none. @throws Error when wrangler cannot tell or cannot make it */
async function demandDatabase(binding: string): Promise<void> {
  const { code, output } = await quietly('d1', 'info', binding, '--json');
  if (code === 0) return;
  const name = /Couldn't find a D1 DB named '([^']+)'/.exec(output)?.[1];
  if (name === undefined) throw new Error(output);
  // Its id need not be known here: the deploy finds it by its name.
  const made = await quietly('d1', 'create', name, '--update-config=false');
  if (made.code !== 0) throw new Error(made.output);
  console.log(`Made the database ${name}.`);
}

function wrangler(...args: string[]): Promise<Outcome> {
  return runWrangler([...args, ...ofEnvironment], { env: process.env, show: true });
}

function quietly(...args: string[]): Promise<Outcome> {
  return runWrangler([...args, ...ofEnvironment], { env: process.env, show: false });
}

function step(what: string): void {
  console.log(`\n== ${what}`);
}
