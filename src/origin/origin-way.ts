/** How to reach the origin of a resource: its definition and its source combined, for loads and probes alike. */

import { LoadFailure } from '../contract/problem.ts';
import type { DefinedResource, Resource } from '../contract/resource.ts';
import { addressWithin } from '../core/source-address.ts';
import type { Accepts, Fetch } from '../ports/network.ts';
import type { SourceGates } from '../ports/source-gate.ts';
import type { OriginAccess } from './build-request.ts';
import { type Authorize, authorizeBy } from './credentials.ts';
import { SourceToken } from './oauth/source-token.ts';
import type { NotedSecrets } from './redact.ts';

/** How to send requests to an origin. */
export interface OriginWay {
  /**
   * The definition as if it had no source: its URL template is complete, and its headers include those of the source.
   */
  definition: Resource;
  access: OriginAccess;
  fetch: Fetch;
  /** Null: an origin behind a binding cannot be tested from here. */
  accepts: Accepts | null;
  /** Adds the credentials to each request; absent: the definition's headers are enough. */
  authorize?: Authorize;
  /** After a 401: whether there are new credentials to try, once. */
  renew?(signal: AbortSignal): Promise<boolean>;
}

/** The parts of the service that this needs. */
export interface WayServices {
  /** ORIGIN_HOSTS. */
  hosts: readonly string[];
  /** Secrets; notes those that were read (redact.ts). */
  secrets: NotedSecrets;
  /** The binding of this name, which begins with `VIA_`. */
  via(name: string): Fetch | undefined;
  /** Where the tokens of sources are stored. */
  tokens: { gates: SourceGates; load: string; paced(fetch: Fetch): Fetch };
  /** Sends requests to an origin that names no binding. */
  fetch: Fetch;
  accepts: Accepts;
}

/** @throws LoadFailure `misconfigured`, with names for administrators only */
export function wayTo(
  { definition, source }: Pick<DefinedResource, 'definition' | 'source'>,
  { hosts, secrets, via, tokens, fetch, accepts }: WayServices,
): OriginWay {
  const { source: name } = definition.origin;
  const access = { hosts, secret: secrets.secret, note: secrets.note, sent: secrets.sent };
  if (name === undefined) return { definition, access, fetch, accepts };
  if (source === undefined)
    throw misconfigured(`The source "${name}" does not exist: create it, or name another one in origin.source.`);
  const { url, via: binding, auth, headers } = source.definition;
  // A database is read through its binding (sql/read-database.ts).
  if (url === undefined) return { definition, access, fetch, accepts };
  const fetchBy = (binding: string | undefined) => {
    const found = binding === undefined ? fetch : via(binding);
    if (found !== undefined) return found;
    throw misconfigured(
      `The source "${name}" names the binding ${binding}, which the service does not have: add it to wrangler.toml and deploy.`,
    );
  };
  const byBinding = fetchBy(binding);
  const { origin } = definition;
  const { changes } = origin;
  const whole = {
    ...origin,
    ...(changes?.url === undefined ? {} : { changes: { ...changes, url: addressWithin(url, changes.url) } }),
    url: addressWithin(url, origin.url),
    headers: withOwn(headers, origin.headers),
  };
  const ofSource = { ...access, isPrivate: binding !== undefined, keyNames: Object.keys(auth?.query ?? {}) };
  const oauth2 = auth?.oauth2;
  const placeFor = (by: string | undefined) => ({
    ...tokens,
    gate: tokens.gates(name),
    fetch: tokens.paced(fetchBy(by)),
  });
  const token = oauth2 === undefined ? null : new SourceToken(oauth2, access, placeFor(oauth2.via));
  return {
    definition: { ...definition, origin: whole },
    access: ofSource,
    fetch: byBinding,
    accepts: binding === undefined ? accepts : null,
    ...(auth === undefined ? {} : { authorize: authorizeBy(auth, ofSource, token) }),
    ...(token === null ? {} : { renew: (signal) => token.renew(signal) }),
  };
}

/** Compares header names without regard to case. */
function withOwn(headers: Record<string, string>, own: Record<string, string>): Record<string, string> {
  const named = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const others = Object.entries(headers).filter(([name]) => !named.has(name.toLowerCase()));
  return { ...Object.fromEntries(others), ...own };
}

function misconfigured(adminDetail: string): LoadFailure {
  return new LoadFailure('misconfigured', 'The source of this resource is not configured correctly.', {
    adminDetail,
  });
}
