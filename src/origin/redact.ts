/** What origins send back must not tell the secrets that they were sent (CONTRACT 6: never a secret in `detail`). */

import { LoadFailure } from '../contract/problem.ts';

const MASK = '***';

/**
 * The same error with the secrets masked in its details, in whatever letters: an origin may repeat what it was sent in a header
 * that a detail quotes, such as the host of a redirect. `secrets` are printable ASCII (build-request.ts).
 */
export function withoutSecrets(error: unknown, secrets: readonly string[]): unknown {
  if (!(error instanceof LoadFailure)) return error;
  const masked = (detail: string) => secrets.reduce((text, secret) => text.replaceAll(anyCase(secret), MASK), detail);
  const [detail, adminDetail] = [masked(error.message), masked(error.adminDetail)];
  if (detail === error.message && adminDetail === error.adminDetail) return error;
  const { code, retryable, retryAfterMs } = error;
  return new LoadFailure(code, detail, { adminDetail, retryable, retryAfterMs });
}

function anyCase(secret: string): RegExp {
  return new RegExp(secret.replaceAll(/[^A-Za-z0-9]/g, '\\$&'), 'gi');
}
