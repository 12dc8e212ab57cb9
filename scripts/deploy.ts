/**
 * `npm run deploy`: deploys the service to the Cloudflare account that wrangler is logged in to (CONTRACT 7). Safe to
 * repeat. A Worker has no start at which it could refuse its settings, so this script checks them before it creates or
 * uploads anything. It creates the databases before the deploy, because their schema must exist when the Worker does;
 * wrangler itself creates the bucket and the queues. Afterwards it asks the deployed service for its health, because
 * only the service knows the values of secrets.
 */

import { unstable_readConfig as readConfig } from 'wrangler';
import { noteOfAccount } from './lib/account-faults.ts';
import { faultsOfSettings } from './lib/check-settings.ts';
import { readCommandLine } from './lib/command-line.ts';
import { NAMED_DATABASES, noteOfMissing, noteOfUnbound } from './lib/deployed-databases.ts';
import { addressIn, findIll } from './lib/deployed-health.ts';
import { type Outcome, offlineEnv, runWrangler } from './lib/wrangler.ts';

const USAGE = `Usage: npm run deploy [-- --env <name>] [--dry-run]
  --env <name>  the environment of wrangler.toml, such as staging; default: the one at the top
  --dry-run     only checks the settings and builds; needs no account
  --help        prints this text
It deploys the service to your Cloudflare account, and may be repeated. docs/deploy.md says what that needs.`;

const HOW_TO_SET = `Settings are under [vars] in wrangler.toml. Secrets are set and deleted by
  npx wrangler secret put JWT_PUBLIC_KEY    # one JWK, a JWK Set or an SPKI PEM
  npx wrangler secret put JWT_SECRET        # HS256, at least 32 bytes
  npx wrangler secret delete JWT_SECRET
docs/identity.md has the settings for each identity provider. Then run npm run deploy again.`;

/** The environment, as an argument of each wrangler command. */
let ofEnvironment: string[] = [];

const { values } = readCommandLine(USAGE, {
  options: { 'dry-run': { type: 'boolean', default: false }, env: { type: 'string' } },
});
try {
  ofEnvironment = values.env === undefined ? [] : ['--env', values.env];
  process.exitCode = values['dry-run'] ? await dryRun() : await deploy();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function dryRun(): Promise<number> {
  demandSettings(null);
  return (await runWrangler(['deploy', '--dry-run', ...ofEnvironment], { env: offlineEnv(), show: true })).code;
}

async function deploy(): Promise<number> {
  step('Checking the settings and the names of secrets');
  demandSettings(await secretNames());
  for (const { binding } of config().d1_databases) {
    step(`Creating the database ${binding} and its schema`);
    await demandDatabase(binding);
    if ((await wrangler('d1', 'migrations', 'apply', binding, '--remote')).code !== 0) {
      throw new Error('The migrations could not be applied; nothing was deployed.');
    }
  }
  step('Checking databases that sources name');
  await tellOfDatabases();
  step('Deploying the Worker, its bucket and its queues');
  const { code, output } = await wrangler('deploy');
  if (code !== 0) {
    const note = noteOfAccount(output);
    if (note !== null) console.error(note);
    return code;
  }
  step('Checking its health');
  return demandHealth(addressIn(output));
}

/** Returns the exit code. */
async function demandHealth(address: string | null): Promise<number> {
  if (address === null) {
    console.log('Its address is not known here. Check that its /healthz says "status":"ok".');
    return 0;
  }
  const ill = await findIll(address);
  if (ill === null) console.log(`It is healthy: ${address}/docs`);
  else console.error(ill);
  return ill === null ? 0 : 1;
}

function config(): ReturnType<typeof readConfig> {
  const [, env] = ofEnvironment;
  try {
    return readConfig({ config: 'wrangler.toml', ...(env === undefined ? {} : { env }) });
  } catch (error) {
    const note = error instanceof Error ? noteOfUnbound(error.message) : null;
    throw note === null ? error : new Error(`${note}\nNothing was created or uploaded.`);
  }
}

/** Names sources whose loads will fail. If that cannot be found out, the deploy continues. */
async function tellOfDatabases(): Promise<void> {
  const { code, stdout } = await quietly('d1', 'execute', 'DB', '--remote', '--json', '--command', NAMED_DATABASES);
  const bindings = config().hyperdrive.map(({ binding }: { binding: string }) => binding);
  const note = code === 0 ? noteOfMissing(stdout, bindings) : 'wrangler could not list them; see GET /api/v1/sources/.';
  console.log(note ?? 'All are bound.');
}

/** @param secrets null: not known. @throws Error that says what to do, if the service cannot work with its settings */
function demandSettings(secrets: readonly string[] | null): void {
  const { vars, d1_databases: databases } = config();
  const faults = faultsOfSettings({
    vars,
    databases: databases.map(({ binding }: { binding: string }) => binding),
    secrets,
  });
  if (faults.length > 0) {
    throw new Error(`${faults.join('\n')}\nNothing was created or uploaded.\n\n${HOW_TO_SET}`);
  }
  console.log('They are valid.');
}

/**
 * Names of the deployed Worker's secrets; empty if there is no Worker yet.
 *
 * @throws Error if wrangler cannot list them
 */
async function secretNames(): Promise<string[]> {
  const { code, stdout, output } = await quietly('secret', 'list', '--format', 'json');
  if (code === 0) return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
  if (/Worker "[^"]+"[^.]* not found/.test(output)) return [];
  throw refused(output, 'Nothing was created or uploaded. ');
}

/** What wrangler said, below what to do if the account is the reason. */
function refused(output: string, outcome = ''): Error {
  const note = noteOfAccount(output);
  return new Error(note === null ? output : `${note}\n${outcome}wrangler said:\n${output}`);
}

/** Creates the database of a binding if it does not exist. @throws Error if wrangler cannot list or create databases */
async function demandDatabase(binding: string): Promise<void> {
  const { code, output } = await quietly('d1', 'info', binding, '--json');
  if (code === 0) return;
  const name = /Couldn't find a D1 DB named '([^']+)'/.exec(output)?.[1];
  if (name === undefined) throw refused(output);
  // Its id is not needed here: the deploy finds the database by its name.
  const made = await quietly('d1', 'create', name, '--update-config=false');
  if (made.code !== 0) throw refused(made.output);
  console.log(`Created the database ${name}.`);
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
