/** Checks of a literal address, and of the secrets that are sent there. */

import type { InputFault } from '../contract/problem.ts';
import { DOT_SEGMENT, hasDotSegment } from '../core/source-address.ts';
import { hasControl, isSecretName } from './check-origin.ts';
import { secretNameOf } from './check-webhook.ts';
import { hostRefusal } from './hosts.ts';

const NOT_A_SECRET = 'may name only secrets that begin with ORIGIN_, and not ORIGIN_HOSTS or ORIGIN_PORT';
const UNTRUSTED = 'uses a secret, so ORIGIN_HOSTS must name the host of the URL';

/** All faults of a literal address. `isPrivate`: requests go through a binding; `mayHaveQuery`: it may have a query. */
export function* literalFaults(
  text: string,
  isPrivate: boolean,
  hosts: readonly string[],
  mayHaveQuery = false,
): Generator<string> {
  // The URL parser would remove or convert these silently.
  if (/[\s\\]/.test(text) || hasControl(text)) yield 'must not hold spaces, control characters or backslashes';
  if (/[{}]/.test(text)) yield 'must be literal: templates are for origin.url of a resource';
  if (!URL.canParse(text)) {
    yield 'must be a URL, such as https://erp.example.com/';
    return;
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || /^[^/]*\/\/[^/]*@/.test(text)) {
    yield 'must not hold a user name or password';
    return;
  }
  if (hasDotSegment(text)) yield DOT_SEGMENT;
  if (text.includes('#') || (!mayHaveQuery && text.includes('?'))) {
    yield mayHaveQuery
      ? 'must have no fragment'
      : 'must have no query and no fragment: they go into origin.url of a resource';
  }
  if (/\.(?::\d*)?$/.test(authorityOf(text))) yield 'must name its host without a dot at the end';
  else if (!isWrittenSo(text, url)) yield `must be written as ${url.origin}, which is what it means`;
  const refusal = hostRefusal(url, hosts, isPrivate);
  if (refusal !== null) yield refusal;
}

/** Whether the text has host and port as the URL parser writes them: another spelling can look like another host. */
function isWrittenSo(text: string, { host, protocol }: URL): boolean {
  const usual = protocol === 'https:' ? ':443' : ':80';
  const written = authorityOf(text).toLowerCase();
  return written === host || written === host + usual;
}

function authorityOf(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(text)?.[1] ?? '';
}

/** Faults of one secret; `isTrusted`: ORIGIN_HOSTS names the host that receives it. */
export function* secretFaults(pointer: string, placeholder: string, isTrusted: boolean): Generator<InputFault> {
  if (!isSecretName(secretNameOf(placeholder))) yield { pointer, detail: NOT_A_SECRET };
  else if (!isTrusted) yield { pointer, detail: UNTRUSTED };
}
