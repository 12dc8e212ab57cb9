/** Times in answers. */

import * as v from 'valibot';

/** RFC 3339, UTC, milliseconds. */
export const Timestamp = v.pipe(v.string(), v.isoTimestamp());
