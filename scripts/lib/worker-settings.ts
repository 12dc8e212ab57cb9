/**
 * The settings of the local Worker (CONTRACT 7): those of `.dev.vars`, over them those of the environment, and what only holds
 * on this machine. What `wrangler.toml` says of identity is the deployed service's. What is not used is told.
 */

import { CURRENT_KEYS, KEY_NAMES } from '../../src/http/token-keys.ts';
import { RULE_DEFAULTS, RULE_NAMES } from '../../src/http/token-rules.ts';
import { faultsOfSettings } from './check-settings.ts';
import type { DevVars } from './dev-vars.ts';

/** http origins on this machine, and https hosts by name. */
const LOCAL_ORIGIN_HOSTS = '*,127.0.0.1,localhost,[::1]';
/** Here nothing cuts what goes on after a queue's handler, but a queue runs one batch at a time: so no handler stays for long. */
const LOCAL_WAIT_UNTIL_MS = '3600000';
/** What wrangler.toml says where nobody has changed it. */
/** Locally every line is written. */
const LOCAL_LOG_SAMPLE = '1';
const USUAL: Readonly<Record<string, string>> = { ...RULE_DEFAULTS, WAIT_UNTIL_MS: '25000', LOG_SAMPLE: '0.01' };
const IDENTITY: readonly string[] = [...KEY_NAMES, ...RULE_NAMES];

type Vars = Readonly<Record<string, string>>;

/** Where settings stand. */
export interface SettingSources {
  devVars: DevVars;
  env: Readonly<Record<string, string | undefined>>;
  /** `[vars]` of wrangler.toml. */
  deployed: Vars;
  /** Names of the bindings of D1 databases. */
  databases: readonly string[];
  /** Makes the local secret where none is set. */
  makeSecret(): string;
}

/** What the local Worker runs with. */
export interface WorkerSettings {
  /** Its settings and secrets, over those of wrangler.toml. */
  vars: Record<string, string>;
  /** What local tokens are signed with; null: a provider signs them. */
  secret: string | null;
  /** The setting that names the provider's keys; null: there is no provider. */
  provider: string | null;
  /** Names of what was taken from `.dev.vars`, the local secret left out. */
  taken: string[];
  /** What is set somewhere and not used, a sentence each. */
  unused: string[];
  /** What is wrong, a sentence each: the service would let nobody in. */
  faults: string[];
}

/** Puts the settings together and judges them. */
export function workerSettings(sources: SettingSources): WorkerSettings {
  const { devVars, env, deployed, databases } = sources;
  const known = new Set([...Object.keys(deployed), ...IDENTITY]);
  const isKnown = (name: string) => known.has(name) || (name.startsWith('ORIGIN_') && name !== 'ORIGIN_PORT');
  const given: Vars = { ...devVars.vars, ...pick(env, isKnown) };
  const provider = CURRENT_KEYS.find((name) => name !== 'JWT_SECRET' && given[name] !== undefined) ?? null;
  const secret = provider === null ? (given.JWT_SECRET ?? sources.makeSecret()) : null;
  const vars: Record<string, string> = {
    ...Object.fromEntries(IDENTITY.map((name) => [name, ''])),
    ...given,
    JWT_SECRET: secret ?? '',
    // Those that somebody wrote come first, so that a fault counts them as they did.
    ORIGIN_HOSTS: [given.ORIGIN_HOSTS ?? deployed.ORIGIN_HOSTS, LOCAL_ORIGIN_HOSTS].filter(Boolean).join(','),
    WAIT_UNTIL_MS: given.WAIT_UNTIL_MS ?? LOCAL_WAIT_UNTIL_MS,
    LOG_SAMPLE: given.LOG_SAMPLE ?? LOCAL_LOG_SAMPLE,
    KEEP_FIGURES: given.KEEP_FIGURES ?? 'on',
  };
  return {
    vars,
    secret,
    provider,
    taken: Object.keys(devVars.vars).filter((name) => isKnown(name) && name !== 'JWT_SECRET' && !env[name]),
    unused: [...unusedOf(sources, given, isKnown), ...restingSecret(sources, provider)],
    faults: faultsOfSettings({ vars: { ...deployed, ...vars }, databases, secrets: [] }),
  };
}

/** The members with a value whose name is let through. */
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
    yield `${ofDeployed.join(', ')} in wrangler.toml: of the deployed service. To use them here, put them into ${devVars.file}.`;
  }
  // A misspelt JWT_ in the file is a fault; in the environment it may be somebody else's.
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
  if (place) yield `JWT_SECRET in ${place}: ${provider} is set, so your provider's tokens are taken and no others.`;
}
