/** The way to the origin of a resource: what its definition and its source say together, for loads and probes alike. */

import { LoadFailure } from '../contract/problem.ts';
import type { DefinedResource, Resource } from '../contract/resource.ts';
import { addressWithin } from '../core/source-address.ts';
import type { SourceGates } from '../ports/source-gate.ts';
import type { OriginAccess } from './build-request.ts';
import { type Authorize, authorizeBy } from './credentials.ts';
import type { Fetch } from './fetch-origin.ts';
import { SourceToken } from './oauth/source-token.ts';
import type { NotedSecrets } from './redact.ts';
import type { Accepts } from './unreachable.ts';

/** How an origin is asked. */
export interface OriginWay {
  /** As if it stood alone: its URL template is whole, and the headers of the source are among its own. */
  definition: Resource;
  access: OriginAccess;
  fetch: Fetch;
  /** Null: what lies behind a binding cannot be tried from here. */
  accepts: Accepts | null;
  /** Puts what lets us in into each request; absent: the definition's headers are all. */
  authorize?: Authorize;
  /** After 401: whether there is something else to let us in, to be tried once. */
  renew?(signal: AbortSignal): Promise<boolean>;
}

/** What of the service the way is found with. */
export interface WayServices {
  /** ORIGIN_HOSTS. */
  hosts: readonly string[];
  /** Secrets, and a note of those that were read (redact.ts). */
  secrets: NotedSecrets;
  /** The binding of this name, which begins with `VIA_`. */
  via(name: string): Fetch | undefined;
  /** Where the tokens of sources are kept. */
  tokens: { gates: SourceGates; load: string; paced(fetch: Fetch): Fetch };
  /** How an origin is asked that names no binding. */
  fetch: Fetch;
  accepts: Accepts;
}

/** @throws LoadFailure `misconfigured`, which tells administrators alone the names */
export function wayTo(
  { definition, source }: Pick<DefinedResource, 'definition' | 'source'>,
  { hosts, secrets, via, tokens, fetch, accepts }: WayServices,
): OriginWay {
  const { source: name } = definition.origin;
  const access = { hosts, secret: secrets.secret, note: secrets.note, sent: secrets.sent };
  if (name === undefined) return { definition, access, fetch, accepts };
  if (source === undefined)
    throw misconfigured(`The source "${name}" is not there: put it, or name another one in origin.source.`);
  const { url, via: binding, auth, headers } = source.definition;
  // A database is asked by its binding (sql/read-database.ts).
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

/** Names of headers are the same in whatever letters. */
function withOwn(headers: Record<string, string>, own: Record<string, string>): Record<string, string> {
  const named = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const others = Object.entries(headers).filter(([name]) => !named.has(name.toLowerCase()));
  return { ...Object.fromEntries(others), ...own };
}

function misconfigured(adminDetail: string): LoadFailure {
  return new LoadFailure('misconfigured', 'The source of this resource is not configured so that it can be asked.', {
    adminDetail,
  });
}
