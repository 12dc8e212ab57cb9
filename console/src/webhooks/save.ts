/** Puts a webhook, unless somebody else has changed it since it was read. */

import { type Answered, call } from '../api/call.ts';
import { ApiProblem } from '../api/problem.ts';
import { act } from '../api/results.ts';
import { type Base, type Definition, definitionOf, isSame, type Webhook } from './definition.ts';

interface Save {
  /** What the result is called, and what it says when it succeeded. */
  title: string;
  done: string;
  name: string;
  definition: Definition;
  /** What it stands on; null: there must be no webhook of this name. */
  base: Base | null;
  reason?: string;
  /** Called where something else stands by now, with what that is. */
  onConflict?: (theirs: Base) => void;
  /** Called with what the service finds wrong with it. */
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
    // The ETag tells of deliveries, too. Where nothing but those went on, nobody is overruled.
    if (base !== null && isSame(base.definition, theirs.definition)) return send(theirs.etag);
    onConflict?.(theirs);
    throw error;
  }
}
