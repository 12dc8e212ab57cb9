/** The address of a resource within the system of its source: `origin.url` is relative to the source's address. */

/** Faults of a URL template that could lead away from the source's address. All other templates stay within the source. */
export function* addressFaults(template: string): Generator<string> {
  if (/^[a-z][a-z0-9+.-]*:/i.test(template))
    yield 'must be relative to the source\'s URL: no scheme, and "%3A" for a colon in its first segment';
  // Also after white space that the URL parser removes, and with backslashes, which it turns into slashes.
  if (/^[\s\\]*[/\\][\t\n\r]*[/\\]/.test(template))
    yield 'must be relative to the source\'s URL, and not begin with "//"';
  if (hasDotSegment(template)) yield DOT_SEGMENT;
}

/** The fault of an address with a dot segment. */
export const DOT_SEGMENT = 'must not have "." or ".." as a segment of its path';

/**
 * Whether the path of a URL or relative URL has a dot segment, including an encoded one, for servers that decode the
 * path first.
 */
export function hasDotSegment(text: string): boolean {
  const path = text.replace(/[?#].*$/s, '');
  return /(?:^|\/|\\|%2f|%5c)(?:\.|%2e){1,2}(?=[/\\;]|%2f|%5c|%3b|$)/i.test(path);
}

/**
 * The whole URL template. The source's address counts as a folder, with or without a slash at its end. A template that
 * begins with a slash is a path of the host. An empty one, or one that begins with a query or `{/…}`, is appended to
 * the address.
 */
export function addressWithin(base: string, template: string): string {
  if (template === '' || /^(?:[?#]|\{[?#])/.test(template)) return base + template;
  if (template.startsWith('/')) return new URL(base).origin + template;
  const folder = base.replace(/\/$/, '');
  return /^\{\//.test(template) ? folder + template : `${folder}/${template}`;
}
