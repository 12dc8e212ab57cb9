/** Query parameters that frameworks add to bypass caches: `_=<digits>` (jQuery), `_dc=<digits>` (Ext JS). */

const BUSTER = /^_(?:dc)?=[0-9]+$/;
const MAY_HAVE_ONE = /[?&]_(?:dc)?=/;

/** The URL without these parameters; the same text if it has none. Names of a resource's parameters never begin with `_`. */
export function withoutCacheBusters(url: string): string {
  if (!MAY_HAVE_ONE.test(url)) return url;
  const [, base = '', query = '', fragment = ''] = /^([^?#]*)\??([^#]*)(.*)$/s.exec(url) ?? [];
  const pairs = query.split('&');
  const kept = pairs.filter((pair) => !BUSTER.test(pair));
  if (kept.length === pairs.length) return url;
  return base + (kept.length > 0 ? `?${kept.join('&')}` : '') + fragment;
}
