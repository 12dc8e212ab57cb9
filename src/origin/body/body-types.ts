/** How parameter values are written into a text body, according to its declared content type. */

import type { Json } from '../../ports/entry.ts';

/** The kinds of bodies. */
export type BodyType = 'json' | 'xml' | 'form';

/** The kind of a body with this media type; null: values cannot be written into it safely. */
export function bodyType(contentType: string): BodyType | null {
  const essence = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (essence === 'application/x-www-form-urlencoded') return 'form';
  if (/^(?:text|application)\/xml$|^[\w.-]+\/[\w.-]+\+xml$/.test(essence)) return 'xml';
  return /^application\/json$|^[\w.-]+\/[\w.-]+\+json$/.test(essence) ? 'json' : null;
}

/** Characters that XML 1.0 cannot hold, not even as references (production 2), including lone surrogates. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NO_XML_TEXT = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/u;

/** Whether an XML body can hold the value. */
export function isWritable(text: string): boolean {
  return !NO_XML_TEXT.test(text);
}

/** Escapes a writable text for each kind of body, so that it is read as data only. */
export const ESCAPES: Readonly<Record<Exclude<BodyType, 'json'>, (text: string) => string>> = {
  // Line ends and tabs become references too: a parser would turn them into other white space.
  xml: (text) => text.replaceAll(/[<>&"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`),
  form: encodeURIComponent,
};

/** A value as text: a string as it is, undefined as the empty text, everything else as JSON. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
