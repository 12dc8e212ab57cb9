/** Forms of members that definitions of sources have in several places. */

import * as v from 'valibot';

/** One secret of the service, and nothing else. */
export const Secret = v.pipe(
  v.string(),
  v.regex(/^\$\{[^{}]*\}$/, `must be the name of a secret, such as \${ORIGIN_KEY}, and nothing else`),
);

/** A binding with `fetch()`. Any other prefix would let definitions reach other Workers of the account. */
export const Binding = v.pipe(
  v.string(),
  v.regex(/^VIA_[A-Za-z0-9_]{1,64}$/, 'must be the name of a binding, such as VIA_ERP'),
);
