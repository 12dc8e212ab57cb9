/**
 * Checks what an identity provider publishes before the local service depends on it (RFC 7517, OpenID Connect Discovery
 * 1.0).
 */

/** The result of the check. */
export interface ProviderFindings {
  /** Faults of the settings, a sentence each. */
  faults: string[];
  /** Possible or temporary faults, a sentence each. */
  warnings: string[];
  /** Where apps get tokens; null if the provider does not publish it. */
  tokenEndpoint: string | null;
}

const TIMEOUT_MS = 3000;
const METADATA = '/.well-known/openid-configuration';

/**
 * Fetches the key set and the metadata of the provider in the settings. An unreachable provider is only a warning: it
 * may be started later.
 */
export async function askProvider(vars: Readonly<Record<string, string>>): Promise<ProviderFindings> {
  const keySet = vars.JWT_JWKS_URL ?? '';
  const issuers = (vars.JWT_ISSUER ?? '')
    .split(',')
    .map((issuer) => issuer.trim())
    .filter((issuer) => issuer !== '');
  const places = [...issuers, ...(URL.canParse(keySet) ? [new URL(keySet).origin] : [])];
  const [judged, metadata] = await Promise.all([
    judgeKeySet(keySet),
    findMetadata(places.filter((place) => URL.canParse(place))),
  ]);
  return {
    faults: judged.faults,
    warnings: [
      ...judged.warnings,
      ...issuerWarnings(metadata.issuer, issuers),
      ...scopeWarnings(metadata.scopes_supported, vars.JWT_SCOPE_PREFIX ?? ''),
    ],
    tokenEndpoint: metadata.token_endpoint ?? null,
  };
}

async function judgeKeySet(url: string): Promise<Pick<ProviderFindings, 'faults' | 'warnings'>> {
  if (!URL.canParse(url)) return { faults: [], warnings: [] };
  const answer = await ask(url);
  if (answer === null) {
    return {
      faults: [],
      warnings: [`JWT_JWKS_URL (${url}) cannot be reached: until it can, the service accepts no token.`],
    };
  }
  if (answer.status === 200 && Array.isArray(answer.json?.keys)) return { faults: [], warnings: [] };
  const what = answer.status === 200 ? 'is not a key set' : `answers ${answer.status}`;
  return {
    faults: [`JWT_JWKS_URL (${url}) ${what}: use the jwks_uri of the provider's ${METADATA}.`],
    warnings: [],
  };
}

interface Metadata {
  issuer?: string;
  token_endpoint?: string;
  scopes_supported?: unknown;
}

/** The metadata from the first place that has any. */
async function findMetadata(places: readonly string[]): Promise<Metadata> {
  for (const place of new Set(places.map((url) => url.replace(/\/$/, '')))) {
    const answer = await ask(place + METADATA);
    const { issuer, token_endpoint, scopes_supported } = answer?.json ?? {};
    if (typeof issuer === 'string' && typeof token_endpoint === 'string')
      return { issuer, token_endpoint, scopes_supported };
  }
  return {};
}

function issuerWarnings(issuer: string | undefined, issuers: readonly string[]): string[] {
  if (issuer === undefined || issuers.length === 0 || issuers.includes(issuer)) return [];
  return [`JWT_ISSUER is not the issuer that the provider publishes, ${issuer}: its tokens may be refused.`];
}

/**
 * Warns about the service's scopes if the provider publishes them with another prefix than the setting's, and none with
 * that.
 */
export function scopeWarnings(scopes: unknown, prefix: string): string[] {
  const names = (Array.isArray(scopes) ? scopes : []).filter((name) => typeof name === 'string');
  const prefixes = names.flatMap((name) => /^(.*)cache[:.](?:read|refresh|inspect|admin)$/.exec(name)?.[1] ?? []);
  const [other] = prefixes;
  if (other === undefined || prefixes.includes(prefix)) return [];
  return [`The provider calls the scopes ${other}cache:read and so on: set JWT_SCOPE_PREFIX=${other}`];
}

/** Returns null if there was no answer. */
async function ask(url: string): Promise<{ status: number; json: Record<string, unknown> | null } | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    return { status: response.status, json: objectIn(text) };
  } catch {
    return null;
  }
}

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
