/**
 * The settings of the local Worker (CONTRACT 7): those of `.dev.vars`, then those of the environment, which take
 * precedence, and settings that are valid only on this machine. Identity settings in `wrangler.toml` belong to the
 * deployed service. Unused settings are reported.
 */

import { CURRENT_KEYS, KEY_NAMES } from '../../src/http/token-keys.ts';
import { RULE_DEFAULTS, RULE_NAMES } from '../../src/http/token-rules.ts';
import { faultsOfSettings } from './check-settings.ts';
import type { DevVars } from './dev-vars.ts';

/** http origins on this machine, and https hosts by name. */
const LOCAL_ORIGIN_HOSTS = '*,127.0.0.1,localhost,[::1]';
/**
 * Locally nothing cuts off work after a queue's handler, but a queue runs one batch at a time. So no handler may stay
 * long.
 */
const LOCAL_WAIT_UNTIL_MS = '3600000';
/** Locally every line is written. */
const LOCAL_LOG_SAMPLE = '1';
/** The values in an unchanged wrangler.toml. */
const USUAL: Readonly<Record<string, string>> = { ...RULE_DEFAULTS, WAIT_UNTIL_MS: '25000', LOG_SAMPLE: '0.01' };
const IDENTITY: readonly string[] = [...KEY_NAMES, ...RULE_NAMES];

type Vars = Readonly<Record<string, string>>;

/** The sources of settings. */
export interface SettingSources {
  devVars: DevVars;
  env: Readonly<Record<string, string | undefined>>;
  /** `[vars]` of wrangler.toml. */
  deployed: Vars;
  /** Names of the bindings of D1 databases. */
  databases: readonly string[];
  /** Creates the local secret if none is set. */
  makeSecret(): string;
}

/** What the local Worker runs with. */
export interface WorkerSettings {
  /** Settings and secrets, which replace those of wrangler.toml. */
  vars: Record<string, string>;
  /** The secret that signs local tokens; null if a provider signs them. */
  secret: string | null;
  /** The setting that names the provider's keys; null without a provider. */
  provider: string | null;
  /** Names of the settings used from `.dev.vars` and from the environment, without the local secret. */
  taken: { file: string[]; environment: string[] };
  /** Settings that are set somewhere and not used, a sentence each. */
  unused: string[];
  /** Faults with which the service would accept no token, a sentence each. */
  faults: string[];
}

/** Combines and checks the settings. */
export function workerSettings(sources: SettingSources): WorkerSettings {
  const { devVars, env, deployed, databases } = sources;
  const known = new Set([...Object.keys(deployed), ...IDENTITY]);
  const isKnown = (name: string) => known.has(name) || (name.startsWith('ORIGIN_') && name !== 'ORIGIN_PORT');
  const ofEnvironment = pick(env, isKnown);
  const given: Vars = { ...devVars.vars, ...ofEnvironment };
  const provider = CURRENT_KEYS.find((name) => name !== 'JWT_SECRET' && given[name] !== undefined) ?? null;
  const secret = provider === null ? (given.JWT_SECRET ?? sources.makeSecret()) : null;
  const vars: Record<string, string> = {
    ...Object.fromEntries(IDENTITY.map((name) => [name, ''])),
    ...given,
    JWT_SECRET: secret ?? '',
    // Hosts from the settings come first, so that a fault names their position correctly.
    ORIGIN_HOSTS: [given.ORIGIN_HOSTS ?? deployed.ORIGIN_HOSTS, LOCAL_ORIGIN_HOSTS].filter(Boolean).join(','),
    WAIT_UNTIL_MS: given.WAIT_UNTIL_MS ?? LOCAL_WAIT_UNTIL_MS,
    LOG_SAMPLE: given.LOG_SAMPLE ?? LOCAL_LOG_SAMPLE,
    KEEP_FIGURES: given.KEEP_FIGURES ?? 'on',
  };
  return {
    vars,
    secret,
    provider,
    taken: {
      file: Object.keys(devVars.vars).filter((name) => isKnown(name) && name !== 'JWT_SECRET' && !env[name]),
      environment: Object.keys(ofEnvironment).filter((name) => name !== 'JWT_SECRET'),
    },
    unused: [...unusedOf(sources, given, isKnown), ...restingSecret(sources, provider)],
    faults: faultsOfSettings({ vars: { ...deployed, ...vars }, databases, secrets: [] }),
  };
}

/** The members with a value whose name passes the filter. */
function pick(env: SettingSources['env'], isWanted: (name: string) => boolean): Vars {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => isWanted(entry[0]) && Boolean(entry[1])),
  );
}

function* unusedOf(
  { devVars, env, deployed }: SettingSources,
  given: Vars,
  isKnown: (name: string) => boolean,
): Generator<string> {
  const differs = (name: string) => Boolean(deployed[name]) && deployed[name] !== USUAL[name];
  const ofDeployed = [...IDENTITY, 'WAIT_UNTIL_MS', 'LOG_SAMPLE'].filter(
    (name) => differs(name) && given[name] === undefined,
  );
  if (ofDeployed.length > 0) {
    yield `${ofDeployed.join(', ')} in wrangler.toml: for the deployed service. To use them here, put them into ${devVars.file}.`;
  }
  // In the file, an unknown JWT_ name is a fault; in the environment it may belong to another program.
  for (const name of Object.keys(env)) {
    if (name.startsWith('JWT_') && !isKnown(name)) yield `${name} in the environment: there is no such setting.`;
  }
  for (const name of Object.keys(devVars.vars)) {
    if (!name.startsWith('JWT_') && !isKnown(name)) yield `${name} in ${devVars.file}: there is no such setting.`;
  }
}

function* restingSecret({ devVars, env }: SettingSources, provider: string | null): Generator<string> {
  if (provider === null) return;
  const place = env.JWT_SECRET ? 'the environment' : devVars.vars.JWT_SECRET && devVars.file;
  if (place) yield `JWT_SECRET in ${place}: ${provider} is set, so only tokens from your provider are accepted.`;
}
