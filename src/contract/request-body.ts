/** Request bodies in definitions (CONTRACT 4 "Bodies"). */

import * as v from 'valibot';
import { about } from './about.ts';
import { MAX_REQUEST_BYTES } from './constants.ts';

/**
 * Most characters; for an object, of its JSON. Half of a request, because the rest of the definition and the escapes of
 * JSON need room, too.
 */
const MAX_LENGTH = MAX_REQUEST_BYTES / 2;

export const RequestBody = about(
  v.optional(
    v.union(
      [
        v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_LENGTH)),
        v.pipe(
          v.record(v.string(), v.unknown()),
          v.check(
            (body) => JSON.stringify(body).length <= MAX_LENGTH,
            `must not be longer than ${MAX_LENGTH} characters as JSON`,
          ),
        ),
      ],
      'must be a text, or an object',
    ),
  ),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: definitions contain this text
  'Body of the request, with `POST`. An object is sent as JSON, where a text `"{name}"` becomes the value of that parameter. In a text, `{name}` becomes the value, escaped for the `Content-Type` of the request: XML or a form. In both, `${ORIGIN_NAME}` is a secret of the service.',
);
