/** Checks of a webhook's definition that need no request: the rules of origins (CONTRACT 4). */

import type { InputFault } from '../contract/problem.ts';
import type { Webhook } from '../contract/webhook.ts';
import { pointerTo } from '../core/pointer.ts';
import { hasControl, isSecretName } from './check-origin.ts';
import { hostRefusal, isTrusted } from './hosts.ts';

/** All faults of the webhook's address and of its signing secrets. `hosts`: ORIGIN_HOSTS. */
export function webhookFaults(
  { url, secrets }: Pick<Webhook, 'url' | 'secrets'>,
  hosts: readonly string[],
): InputFault[] {
  return [
    ...urlFaults(url, hosts).map((detail) => ({ pointer: '/url', detail })),
    ...secrets.flatMap((secret, index) =>
      isSecretName(secretNameOf(secret))
        ? []
        : [
            {
              pointer: pointerTo('/secrets', index),
              detail: 'may name only secrets that begin with ORIGIN_, and not ORIGIN_HOSTS or ORIGIN_PORT',
            },
          ],
    ),
  ];
}

/** The name in `${NAME}`. */
export function secretNameOf(placeholder: string): string {
  return placeholder.slice(2, -1);
}

function* urlFaults(text: string, hosts: readonly string[]): Generator<string> {
  // The URL parser would remove or convert these silently.
  if (/[\s\\]/.test(text) || hasControl(text)) yield 'must not hold spaces, control characters or backslashes';
  if (!URL.canParse(text)) {
    yield 'must be a URL, such as https://hooks.example.com/freshet';
    return;
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') yield 'must not hold a user name or password';
  const refusal = hostRefusal(url, hosts);
  if (refusal !== null) yield refusal;
  else if (!isTrusted(url, hosts)) yield 'is signed with a secret, so ORIGIN_HOSTS must name its host';
}
