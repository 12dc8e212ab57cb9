/** Saves a webhook, unless another user has changed it since it was read. */

import { type Answered, call } from '../api/call.ts';
import { ApiProblem } from '../api/problem.ts';
import { act } from '../api/results.ts';
import { type Base, type Definition, definitionOf, isSame, type Webhook } from './definition.ts';

interface Save {
  /** Title of the result, and its text on success. */
  title: string;
  done: string;
  name: string;
  definition: Definition;
  /** The saved definition that it is based on; null: no webhook of this name may exist. */
  base: Base | null;
  reason?: string;
  /** Called with the saved definition, if another user has changed it. */
  onConflict?: (theirs: Base) => void;
  /** Called with the faults that the service finds. */
  onProblem?: (problem: ApiProblem) => void;
}

/** @returns whether it was saved */
export function saveWebhook({ title, done, ...save }: Save): Promise<boolean> {
  return act(title, async () => {
    try {
      const { data, requestId } = await put(save);
      return { text: [done, ...(data.warnings ?? [])].join('\n'), requestId };
    } catch (error) {
      if (error instanceof ApiProblem) save.onProblem?.(error);
      throw error;
    }
  });
}

type Put = Omit<Save, 'title' | 'done'>;

async function put({ name, definition, base, reason = '', onConflict }: Put): Promise<Answered<Webhook>> {
  const send = (etag: string | null) => {
    const condition = etag === null ? { ifNoneMatch: '*' } : { ifMatch: etag };
    return call('put', '/webhooks/{name}/', { path: { name }, body: definition }, { ...condition, reason });
  };
  try {
    return await send(base?.etag ?? null);
  } catch (error) {
    if (!(error instanceof ApiProblem && error.status === 412)) throw error;
    const { data, etag } = await call('get', '/webhooks/{name}/', { path: { name } });
    const theirs = { definition: definitionOf(data), etag: etag ?? '' };
    // The ETag also changes with deliveries. If only those differ, saving overwrites nobody's changes.
    if (base !== null && isSame(base.definition, theirs.definition)) return send(theirs.etag);
    onConflict?.(theirs);
    throw error;
  }
}
