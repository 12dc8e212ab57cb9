/** What a task must know of its resource's definition to end without its consumer (contract/object.ts). */

import type { TaskPolicy } from '../contract/object.ts';
import type { Resource } from '../contract/resource.ts';
import type { StoredSource } from '../contract/source.ts';
import { limitsOf } from './source-limits.ts';

/** The policy of a load under this definition, and the source that it names. */
export function policyOf(definition: Resource, source?: StoredSource): TaskPolicy {
  return {
    timeoutMs: definition.origin.timeout_s * 1000,
    ...originOf(source?.definition.url ?? definition.origin.url),
    ...(source !== undefined && limitsOf(source) !== null ? { gate: source.name } : {}),
    maxAttempts: definition.retry.max_attempts,
    backoffMs: definition.retry.backoff_s * 1000,
    errorTtlMs: definition.error_ttl_s * 1000,
  };
}

/** Host and port of the URL, which are literal in every definition and source (CONTRACT 4). */
function originOf(template: string): Pick<TaskPolicy, 'origin'> {
  const literal = /^https?:\/\/[^/?#{}]+/i.exec(template)?.[0];
  return literal !== undefined && URL.canParse(literal) ? { origin: new URL(literal).host } : {};
}
