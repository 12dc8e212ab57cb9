/** One parameter of the query of a URL, without a change of the others. */

/** The URL with this parameter, in place of any of that name; the others stay byte for byte. */
export function withParameter(url: URL, name: string, value: string): URL {
  const set = new URL(url.href);
  const others = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && nameOf(pair) !== name);
  set.search = [...others, `${encodeURIComponent(name)}=${encodeURIComponent(value)}`].join('&');
  return set;
}

/** As servers decode it; what is no UTF-8 is nobody's name. */
function nameOf(pair: string): string | null {
  try {
    return decodeURIComponent((pair.split('=')[0] ?? '').replaceAll('+', ' '));
  } catch {
    return null;
  }
}
