/**
 * `format` in the schemas of parameters: what @cfworker/json-schema checks, in bounded time. Its expressions backtrack, and
 * strings come from users.
 */

import { format } from '@cfworker/json-schema';

/** Longest string that has a format, characters. */
export const MAX_FORMAT_LENGTH = 2048;

/** The expression of the library takes hours for a host of 60 letters, so URLs are left to the platform (WHATWG URL). */
function isUrl(text: string): boolean {
  return /^(?:https?|ftp):\/\/\S+$/i.test(text) && URL.canParse(text);
}

/** Replaces the checks of the library, whose table is the only way in: it takes no options. */
function boundFormats(): void {
  for (const [name, check] of Object.entries({ ...format, url: isUrl })) {
    format[name] = (text) => text.length <= MAX_FORMAT_LENGTH && check(text);
  }
}
boundFormats();
