/** One parameter of the query of a URL, without a change of the others. */

/** The URL with this parameter, in place of any of that name; the others stay byte for byte. */
export function withParameter(url: URL, name: string, value: string): URL {
  const set = new URL(url.href);
  const others = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && nameOf(pair) !== name);
  set.search = [...others, `${encoded(name)}=${encoded(value)}`].join('&');
  return set;
}

/** `$` stands in names of OData, and some servers know it only as it is. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%24', '$');
}

/** As servers decode it; what is no UTF-8 is nobody's name. */
function nameOf(pair: string): string | null {
  try {
    return decodeURIComponent((pair.split('=')[0] ?? '').replaceAll('+', ' '));
  } catch {
    return null;
  }
}
