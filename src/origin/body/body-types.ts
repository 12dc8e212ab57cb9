/** How the values of parameters are written into a body that is a text, by the type that its definition declares. */

import type { Json } from '../../ports/entry.ts';

/** What a body can be. */
export type BodyType = 'json' | 'xml' | 'form';

/** What a text declared as this media type is; null: values cannot be written into it safely. */
export function bodyType(contentType: string): BodyType | null {
  const essence = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (essence === 'application/x-www-form-urlencoded') return 'form';
  if (/^(?:text|application)\/xml$|^[\w.-]+\/[\w.-]+\+xml$/.test(essence)) return 'xml';
  return /^application\/json$|^[\w.-]+\/[\w.-]+\+json$/.test(essence) ? 'json' : null;
}

/** Characters that XML 1.0 cannot hold, not even as references (production 2), halves of characters among them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NO_XML_TEXT = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/u;

/** Whether a value can be written. */
export function isWritable(text: string): boolean {
  return !NO_XML_TEXT.test(text);
}

/** A writable text within one of these, so that it is data there and nothing else. */
export const ESCAPES: Readonly<Record<Exclude<BodyType, 'json'>, (text: string) => string>> = {
  // Line ends and tabs as references too: a parser makes other white space of them.
  xml: (text) => text.replaceAll(/[<>&"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`),
  form: encodeURIComponent,
};

/** A value as a text: of a text itself, of nothing the empty one, of all else JSON. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
