/** `Accept` with its weights (RFC 9110 sections 12.4.2 and 12.5.1), to choose between the types that an answer can have. */

interface Range {
  type: string;
  weight: number;
}

const ACCEPT_ALL: Range = { type: '*/*', weight: 1 };

/**
 * The weight of a media type (without parameters, in lower case), 0 to 1, by the most specific range that matches it;
 * and the place of the type in the header, if the header names the type itself.
 */
export function wanted(header: string, type: string): { weight: number; place: number | null } {
  const ranges = header.trim() === '' ? [ACCEPT_ALL] : header.split(',').map(readRange);
  const place = ranges.findIndex((range) => range.type === type);
  const group = `${type.slice(0, type.indexOf('/'))}/*`;
  const range = ranges[place] ?? [group, '*/*'].map((name) => ranges.find((one) => one.type === name)).find(Boolean);
  return { weight: range?.weight ?? 0, place: place < 0 ? null : place };
}

/**
 * Whether a header names `type` and prefers it to `other`: by weight, or else because it names only `type` or names it
 * first.
 */
export function prefers(header: string, type: string, other: string): boolean {
  const [one, two] = [wanted(header, type), wanted(header, other)];
  if (one.place === null || one.weight === 0 || one.weight < two.weight) return false;
  return one.weight > two.weight || two.place === null || one.place < two.place;
}

/** Whether an `Accept-Encoding` accepts gzip (RFC 9110 section 12.5.3). */
export function acceptsGzip(header: string): boolean {
  if (header.trim() === '') return false;
  const codings = header.split(',').map(readRange);
  const named =
    codings.find(({ type }) => type === 'gzip' || type === 'x-gzip') ?? codings.find(({ type }) => type === '*');
  return (named?.weight ?? 0) > 0;
}

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '';
  // A malformed weight is ignored.
  return { type, weight: /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q) ? Number(q) : 1 };
}
