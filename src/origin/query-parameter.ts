/** Changes single query parameters of a URL and leaves the others unchanged. */

/** The URL with this parameter, which replaces all of that name; the others stay byte for byte. */
export function withParameter(url: URL, name: string, value: string): URL {
  const set = new URL(url.href);
  const others = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && nameOf(pair) !== name);
  set.search = [...others, `${encoded(name)}=${encoded(value)}`].join('&');
  return set;
}

/** The URL without the parameters of these names whose value `isGone`; the others stay byte for byte. */
export function withoutParameters(
  url: URL,
  names: readonly string[],
  isGone: (value: string) => boolean = () => true,
): URL {
  const pairs = url.search.slice(1).split('&');
  const kept = pairs.filter((pair) => !(names.includes(nameOf(pair) ?? '') && isGone(textOf(pair))));
  if (kept.length === pairs.length) return url;
  const set = new URL(url.href);
  set.search = kept.join('&');
  return set;
}

/** Leaves `$` as it is: it occurs in names of OData, and some servers do not decode it there. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%24', '$');
}

/** Decoded as servers do; a name that is not valid UTF-8 matches none. */
function nameOf(pair: string): string | null {
  return decoded(pair.split('=')[0] ?? '');
}

/** Decoded as servers do. */
function textOf(pair: string): string {
  const at = pair.indexOf('=');
  const text = at === -1 ? '' : pair.slice(at + 1);
  return decoded(text) ?? text;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
