/** Schemas of members that occur in several places of source definitions. */

import * as v from 'valibot';

/** The name of one secret of the service, without further text. */
export const Secret = v.pipe(
  v.string(),
  v.regex(/^\$\{[^{}]*\}$/, `must be the name of a secret, such as \${ORIGIN_KEY}, and nothing else`),
);

/** A binding with `fetch()`. With any other prefix, definitions could reach other Workers of the account. */
export const Binding = v.pipe(
  v.string(),
  v.regex(/^VIA_[A-Za-z0-9_]{1,64}$/, 'must be the name of a binding, such as VIA_ERP'),
);
