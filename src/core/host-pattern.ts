/** One entry of `ORIGIN_HOSTS` (CONTRACT 4): `host`, `host:port`, `*.domain`, `*.domain:port`, `*` or `*:port`. */

const PATTERN = /^(?<host>\[[0-9a-f:.]+\]|[^:]+)(?::(?<port>\d{1,5}))?$/;

/** The host and port of an entry; an undefined port means any port. An entry without a host matches nothing. */
export function readHostPattern(pattern: string): { host: string; port: string | undefined } {
  const { host = '', port } = PATTERN.exec(pattern)?.groups ?? {};
  return { host, port };
}

/** The fault of an entry, as the end of a sentence that does not quote the entry; null: none. */
export function hostPatternFault(pattern: string): string | null {
  if (pattern.includes('://')) return 'has a scheme';
  if (/[/\\?#]/.test(pattern)) return 'has a path';
  if (/\s/.test(pattern)) return 'has a space';
  if (pattern.includes('@')) return 'has a user name';
  const { host, port } = readHostPattern(pattern);
  const name = host === '*' ? 'any' : host.replace(/^\*\./, '');
  if (name.includes('*')) return 'has an asterisk in the wrong place: only * and *.example.com are allowed';
  return URL.canParse(`http://${name}:${port ?? 80}`) ? null : 'is not a host';
}
