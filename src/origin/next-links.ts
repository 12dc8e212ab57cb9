/** How answers say that a further page follows. */

/** Members that only ever name a next page: OData 4 and 2, Microsoft, Salesforce. */
const NEXT_MEMBERS = new Set(['@odata.nextLink', 'odata.nextLink', '__next', 'nextLink', 'nextRecordsUrl']);

/** Links of `Link` (RFC 8288 section 3): `<target>` and its parameters, quoted values included. No URL holds a bare `<`. */
const LINK = /<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",;]+))?)*)/g;
const PARAMETER = /;\s*([\w!#$&+.^`|~*-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'?([^\s",;']+)'?))?/g;

/** The target of the first link to a next page in a `Link` header, unchanged; null: there is none. */
export function nextLink(header: string | null): string | null {
  for (const [, target = '', parameters = ''] of (header ?? '').matchAll(LINK)) {
    // Of several `rel` the first counts.
    const [, , quoted, token] = [...parameters.matchAll(PARAMETER)].find(([, name]) => /^rel$/i.test(name ?? '')) ?? [];
    if ((quoted ?? token ?? '').toLowerCase().split(/\s+/).includes('next')) return target.trim();
  }
  return null;
}

/** Whether a `Link` header names a next page. */
export function hasNextLink(header: string | null): boolean {
  return nextLink(header) !== null;
}

/** Whether a text in a member of an answer is the address of its next page; `url` is that of the answer. */
export function isNextPage(name: string, text: string, url: URL): boolean {
  if (text.trim() === '') return false;
  if (NEXT_MEMBERS.has(name)) return true;
  return name === 'next' && isSamePath(text.trim(), url);
}

/** An origin behind a proxy may not know its own host, so a different host alone does not make it another place. */
function isSamePath(text: string, url: URL): boolean {
  if (!URL.canParse(text, url.href)) return false;
  const { pathname, search } = new URL(text, url.href);
  return pathname === url.pathname && search !== url.search && search !== '';
}
