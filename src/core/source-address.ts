/** Where a resource lies within the system of its source: `origin.url` is relative to the source's address. */

/** What no URL template of a resource over a source may begin with, or have in its path: all else stays where the source is. */
export function* addressFaults(template: string): Generator<string> {
  if (/^[a-z][a-z0-9+.-]*:/i.test(template))
    yield 'must be relative to the source\'s URL: no scheme, and "%3A" for a colon in its first segment';
  // Also behind what the URL parser takes out or turns round.
  if (/^[\s\\]*[/\\][\t\n\r]*[/\\]/.test(template))
    yield 'must be relative to the source\'s URL, and not begin with "//"';
  if (hasDotSegment(template)) yield DOT_SEGMENT;
}

/** What is wrong with an address that steps upwards. */
export const DOT_SEGMENT = 'must not have "." or ".." as a segment of its path';

/** Whether the path of a URL, or of what is relative to one, has a step upwards, also for servers that decode it first. */
export function hasDotSegment(text: string): boolean {
  const path = text.replace(/[?#].*$/s, '');
  return /(?:^|\/|\\|%2f|%5c)(?:\.|%2e){1,2}(?=[/\\;]|%2f|%5c|%3b|$)/i.test(path);
}

/**
 * The whole URL template. The address of the source is a folder, whether it ends with a slash or not; a template that begins with a slash
 * is a path of the host, and one that is empty or begins with a query or `{/…}` goes on from the address itself.
 */
export function addressWithin(base: string, template: string): string {
  if (template === '' || /^(?:[?#]|\{[?#])/.test(template)) return base + template;
  if (template.startsWith('/')) return new URL(base).origin + template;
  const folder = base.replace(/\/$/, '');
  return /^\{\//.test(template) ? folder + template : `${folder}/${template}`;
}
