/** Expands URL templates of origins (RFC 6570) with the parameters of a cache. */

import { type PrimitiveValue, parseTemplate } from 'url-template';
import type { Resource } from '../contract/resource.ts';
import type { Json, Parameters } from '../ports/entry.ts';
import { placedPieces } from './template-places.ts';

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#{}\\@\s]+(?=[/?#]|\{[/?#]|$)/i;

/** Scheme, host and port, if they are literal and without userinfo; otherwise null. */
export function literalOrigin(template: string): URL | null {
  const origin = ORIGIN.exec(template)?.[0];
  return origin !== undefined && URL.canParse(origin) ? new URL(origin) : null;
}

/**
 * The URL for these values. Null and empty lists count as undefined (section 2.3); deeper nested values are written as
 * JSON. With `quote`, values between single quotes of the template are escaped.
 * @throws URIError if a value holds a lone surrogate or a prefix (`{name:3}`) cuts a character in two
 */
export function expandTemplate(template: string, values: Parameters, quote?: Quote): string {
  const plain = contextOf(values, (text) => text);
  const write = quote === undefined ? null : escaping(quote);
  if (write === null) return parseTemplate(template).expand(plain);
  const escaped = contextOf(values, write);
  return placedPieces(template, quote === 'backslash')
    .map(({ text, inQuotes }) => parseTemplate(text).expand(inQuotes ? escaped : plain))
    .join('');
}

type Context = Record<string, PrimitiveValue | string[] | Record<string, string>>;

function contextOf(values: Parameters, write: (text: string) => string): Context {
  // Without a prototype, since a variable may be named `constructor`.
  const context = Object.create(null) as Context;
  for (const [name, value] of Object.entries(values)) context[name] = templateValue(value, write);
  return context;
}

function templateValue(value: Json, write: (text: string) => string): Context[string] {
  if (value === null || typeof value !== 'object') return typeof value === 'string' ? write(value) : value;
  const text = (item: Json) => write(typeof item === 'string' ? item : JSON.stringify(item));
  if (Array.isArray(value)) {
    const items = value.filter((item) => item !== null).map(text);
    return items.length === 0 ? null : items;
  }
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return members.length === 0 ? null : Object.fromEntries(members.map(([name, member]) => [write(name), text(member)]));
}

/** `odata`: quotes are doubled (OData 4.01, URL conventions 5.1.1.6.1); `backslash`: escaped, as in SOQL; `none`: no escaping. */
export type Quote = NonNullable<Resource['origin']['quote']>;

/** The function that escapes a text; null: none is needed. */
function escaping(quote: Quote): ((text: string) => string) | null {
  switch (quote) {
    case 'odata':
      return (text) => text.replaceAll("'", "''");
    case 'backslash':
      return (text) => text.replaceAll(/['\\]/g, '\\$&');
    case 'none':
      return null;
  }
}
