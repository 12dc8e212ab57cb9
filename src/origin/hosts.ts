/**
 * Which hosts origins may have (CONTRACT 4). `ORIGIN_HOSTS` is a list of `host`, `host:port`, `*.domain`,
 * `*.domain:port` or `*`; without a port, all ports are meant. An empty list allows every https host by name. `http:`,
 * IP addresses and loopback names need an entry with exactly that host, so that no wildcard opens the internal network.
 *
 * Only names are checked: the address that a name resolves to is up to the network.
 */

import { readHostPattern } from '../core/host-pattern.ts';

/** How an entry of the list matches a host: by its name, by `*.domain`, or as `*`. */
type Match = 'named' | 'domain' | 'any';

/**
 * Why the URL may not be an origin, as the end of a sentence; null: it may. `hosts` is in lower case; `isPrivate`:
 * requests go through a binding of the account, which may use http on its own network.
 */
export function hostRefusal(url: URL, hosts: readonly string[], isPrivate = false): string | null {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be https';
  const matches = hosts.map((pattern) => match(pattern, url));
  if (matches.includes('named')) return null;
  if (url.protocol === 'http:' && !isPrivate) return 'must be https, unless ORIGIN_HOSTS names the host';
  if (isAddress(url.hostname)) return 'must name a host, unless ORIGIN_HOSTS names the address';
  if (hosts.length === 0 || matches.some((found) => found !== null)) return null;
  return 'has a host that is not in ORIGIN_HOSTS';
}

/** Whether the host may receive secrets: an entry names it or its domain. A bare `*` trusts no host. */
export function isTrusted(url: URL, hosts: readonly string[]): boolean {
  return hosts.some((pattern) => ['named', 'domain'].includes(match(pattern, url) ?? ''));
}

function match(pattern: string, url: URL): Match | null {
  const { host, port } = readHostPattern(pattern);
  if (port !== undefined && port !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) return null;
  const hostname = url.hostname.replace(/\.$/, '');
  if (host === '*') return 'any';
  if (host.startsWith('*.')) return hostname.endsWith(host.slice(1)) ? 'domain' : null;
  return host === hostname || normalised(host) === hostname ? 'named' : null;
}

/** The host as the URL parser writes it: Unicode names in ASCII, addresses in one notation. */
function normalised(host: string): string | null {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : null;
}

/** IP addresses in the URL parser's notation, and names that mean this machine (RFC 6761). */
function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^\d+\.\d+\.\d+\.\d+\.?$/.test(hostname) || /(^|\.)localhost\.?$/.test(hostname);
}
