/**
 * What a deploy can know about the settings before it uploads anything: values in `wrangler.toml`, names of secrets.
 */

import { Problem } from '../../src/contract/problem.ts';
import { consoleConfig } from '../../src/http/console-settings.ts';
import { CURRENT_KEYS, demandOneKey, KEY_NAMES, tokenKeys } from '../../src/http/token-keys.ts';
import { demandAudience, RULE_NAMES, tokenRules } from '../../src/http/token-rules.ts';
import { readSettings, readText } from '../../src/settings.ts';

/** The settings and where they are. */
export interface DeployedSettings {
  /** `[vars]` of wrangler.toml. */
  vars: Readonly<Record<string, unknown>>;
  /** Names of the bindings of D1 databases. */
  databases: readonly string[];
  /**
   * Names of the Worker's secrets (nobody can read their values); null: not known, then a missing key is not a fault.
   */
  secrets: readonly string[] | null;
}

/**
 * Returns the faults of the settings, a sentence each. With any of them the service would accept no token, or tokens of
 * strangers.
 */
export function faultsOfSettings({ vars, databases, secrets }: DeployedSettings): string[] {
  const bound = Object.fromEntries(databases.map((name) => [name, {}]));
  const isSet = (name: string) => readText(vars, name) !== undefined;
  const names = [...Object.keys(vars).filter(isSet), ...(secrets ?? [])];
  const checks = [
    () => void readSettings({ ...vars, ...bound }),
    () => void tokenRules({ ...vars }),
    () => void consoleConfig({ ...vars }),
    () => {
      if (secrets !== null) demandOneKey(names);
    },
    () => {
      if (names.includes('JWT_JWKS_URL') && !names.includes('JWT_AUDIENCE')) demandAudience({});
    },
    // Checks the keys whose values are readable here.
    () => {
      if (CURRENT_KEYS.some(isSet)) void tokenKeys({ ...vars });
    },
  ];
  return [...new Set([...checks.flatMap(faultOf), ...unknownNames(names), ...settingsInSecrets(secrets ?? [], vars)])];
}

/** The service ignores a misspelt setting; for JWT_AUDIENCE that would let strangers in. */
function unknownNames(names: readonly string[]): string[] {
  const known: readonly string[] = [...KEY_NAMES, ...RULE_NAMES];
  return names
    .filter((name) => name.startsWith('JWT_') && !known.includes(name))
    .map((name) => `There is no setting ${name}. The settings are ${known.join(', ')}.`);
}

/** The platform refuses a name that is both a secret and a variable. */
function settingsInSecrets(secrets: readonly string[], vars: DeployedSettings['vars']): string[] {
  return secrets
    .filter((name) => name in vars)
    .map((name) => `${name} is both a secret and a setting in wrangler.toml: delete one of them.`);
}

function faultOf(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof Problem) return [error.message];
    throw error;
  }
}
