/** What origins send back must not tell the secrets that they were sent (CONTRACT 6: never a secret in `detail`). */

import { LoadFailure } from '../contract/problem.ts';

const MASK = '***';

/**
 * The same error with the secrets masked in its detail, in whatever letters: an origin may repeat what it was sent in a header
 * that a detail quotes, such as the host of a redirect. `secrets` are printable ASCII (build-request.ts).
 */
export function withoutSecrets(error: unknown, secrets: readonly string[]): unknown {
  if (!(error instanceof LoadFailure)) return error;
  const detail = secrets.reduce((text, secret) => text.replaceAll(anyCase(secret), MASK), error.message);
  if (detail === error.message) return error;
  const { code, retryable, retryAfterMs } = error;
  return new LoadFailure(code, detail, { retryable, retryAfterMs });
}

function anyCase(secret: string): RegExp {
  return new RegExp(secret.replaceAll(/[^A-Za-z0-9]/g, '\\$&'), 'gi');
}
