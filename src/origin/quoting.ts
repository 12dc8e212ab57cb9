/** Escapes a value between single quotes of a URL, in the origin's own language (`origin.quote`). */

import type { Resource } from '../contract/resource.ts';

/** `odata`: quotes are doubled (OData 4.01, URL conventions 5.1.1.6.1); `backslash`: escaped, as in SOQL; `none`: no escaping. */
export type Quote = NonNullable<Resource['origin']['quote']>;

/** The function that escapes a text; null: none is needed. */
export function escaping(quote: Quote): ((text: string) => string) | null {
  switch (quote) {
    case 'odata':
      return (text) => text.replaceAll("'", "''");
    case 'backslash':
      return (text) => text.replaceAll(/['\\]/g, '\\$&');
    case 'none':
      return null;
  }
}
