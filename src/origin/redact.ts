/** Removes secrets that were sent to an origin from what it sends back (CONTRACT 6: never a secret in `detail`). */

import { LoadFailure } from '../contract/problem.ts';

const MASK = '***';
/** A shorter part is not removed: it occurs in many words, such as `de` of Accept-Language. */
const SHORTEST_PART = 4;
/** Runs of letters and digits stay the same, however an origin escapes the characters between them. */
const PIECES = /[A-Za-z0-9]{6,}/g;

/** Secrets; notes those that were read. */
export interface NotedSecrets {
  secret(name: string): string | undefined;
  /** Notes a value derived from secrets, such as a token. */
  note(value: string): void;
  sent: readonly string[];
}

/** Reads secrets with `read`, and notes each value that was found, since it may be sent. */
export function notingSecrets(read: (name: string) => string | undefined): NotedSecrets {
  const sent: string[] = [];
  const note = (value: string) => {
    if (value !== '' && !sent.includes(value)) sent.push(value);
  };
  const secret = (name: string) => {
    const value = read(name);
    if (value !== undefined) note(value);
    return value;
  };
  return { secret, note, sent };
}

/**
 * The same error with the secrets masked in its details: an origin may repeat what it was sent, for example in the host
 * of a redirect, which a detail quotes. `secrets` are printable ASCII (build-request.ts).
 */
export function withoutSecrets(error: unknown, secrets: readonly string[]): unknown {
  if (!(error instanceof LoadFailure)) return error;
  const [detail, adminDetail] = [masked(error.message, secrets), masked(error.adminDetail, secrets)];
  if (detail === error.message && adminDetail === error.adminDetail) return error;
  const { code, retryable, retryAfterMs, place } = error;
  return new LoadFailure(code, detail, { adminDetail, retryable, retryAfterMs, place });
}

/** A text of the service that quotes an origin, such as a warning, without these values; upper and lower case match. */
export function masked(text: string, values: readonly string[]): string {
  const longestFirst = [...new Set(values)].sort((one, other) => other.length - one.length);
  return longestFirst.reduce((known, value) => (value === '' ? known : known.replaceAll(pattern(value), MASK)), text);
}

/** A text of an origin without the values that it was sent, whole or in the pieces that escaping leaves. */
export function withoutValues(text: string, values: readonly string[]): string {
  return masked(
    text,
    values.flatMap((value) => [value, ...(value.match(PIECES) ?? [])]),
  );
}

function pattern(value: string): RegExp {
  const whole = anyCase(value);
  return value.length < SHORTEST_PART
    ? new RegExp(`(?<![\\p{L}\\p{N}])${whole.source}(?![\\p{L}\\p{N}])`, 'giu')
    : whole;
}

function anyCase(secret: string): RegExp {
  return new RegExp(secret.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'gi');
}
