/** Values that occur in several definitions or answers. */

import * as v from 'valibot';
import { about } from './about.ts';

/** A whole number within these bounds. */
export const integer = (min: number, max: number) =>
  v.pipe(v.number(), v.integer('must be an integer'), v.minValue(min), v.maxValue(max));

/** A count, a version or a number of bytes. */
export const Whole = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The parameters of a cache by name. */
export const ParameterValues = about(
  v.record(v.string(), v.unknown()),
  'The value of each parameter, by name. In answers, defaults are included.',
);

/** Advice of an accepted PUT. */
export const Warnings = about(
  v.optional(v.array(v.string())),
  'Faults that do not prevent the PUT but will fail requests: secrets that are not set. Only in answers to PUT. Left out: none.',
);

/** RFC 3339, UTC, milliseconds. */
export const Timestamp = v.pipe(v.string(), v.isoTimestamp());

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

/** A title, which also occurs in paths and logs: letters, digits, `_`, `.`, `-`, in Unicode's composed form (NFC). */
export const ResourceTitle = v.pipe(
  v.string(),
  v.regex(/^[\p{L}\p{N}_.-]{1,128}$/u, 'must be 1 to 128 letters, digits, "_", "." or "-"'),
  v.check((title) => title !== '.' && title !== '..', 'must not be "." or ".."'),
  v.check((title) => title === title.normalize('NFC'), 'must be in Unicode normalisation form C'),
);
