/**
 * `format` in the schemas of parameters, as @cfworker/json-schema checks it, in bounded time: its regular expressions
 * backtrack, and the strings come from users.
 */

import { format } from '@cfworker/json-schema';

/** Longest string with a format, characters. */
export const MAX_FORMAT_LENGTH = 2048;

/** The library's expression takes hours for a host of 60 letters, so the platform parses URLs instead (WHATWG URL). */
function isUrl(text: string): boolean {
  return /^(?:https?|ftp):\/\/\S+$/i.test(text) && URL.canParse(text);
}

/** Replaces the checks in the library's exported table: the library has no option for it. */
function boundFormats(): void {
  for (const [name, check] of Object.entries({ ...format, url: isUrl })) {
    format[name] = (text) => text.length <= MAX_FORMAT_LENGTH && check(text);
  }
}
boundFormats();
