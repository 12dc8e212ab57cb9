/** Counts the calls of bindings that one request makes, for the hop budget (DESIGN). */
import { env } from 'cloudflare:workers';
import { sendUnder } from './client.ts';
import { recordingDatabase } from './database.ts';

export interface Calls {
  /** Statements run in D1. */
  d1: number;
  /** Verbs called on cache objects. */
  object: number;
  r2: number;
  /** Sends to queues. */
  queue: number;
}

/** Sends a request to the same code with other settings and counting bindings; work after the answer counts as well. */
export async function countCalls(
  path: string,
  init: RequestInit,
  settings: Record<string, unknown> = {},
): Promise<{ calls: Calls; response: Response }> {
  const calls: Calls = { d1: 0, object: 0, r2: 0, queue: 0 };
  const { db, statements } = recordingDatabase(env.DB);
  const counted = <T extends object>(target: T, kind: 'object' | 'r2' | 'queue'): T =>
    new Proxy(target, {
      get(inner, name) {
        const member = Reflect.get(inner, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          calls[kind] += 1;
          return Reflect.apply(member, inner, args);
        };
      },
    });
  const response = await sendUnder(
    {
      ...settings,
      DB: db,
      BLOBS: counted(env.BLOBS, 'r2'),
      REFRESH_QUEUE: counted(env.REFRESH_QUEUE, 'queue'),
      REFRESH_SLOW_QUEUE: counted(env.REFRESH_SLOW_QUEUE, 'queue'),
      SYNC_QUEUE: counted(env.SYNC_QUEUE, 'queue'),
      WEBHOOK_QUEUE: counted(env.WEBHOOK_QUEUE, 'queue'),
      CACHE_OBJECT: { getByName: (name: string) => counted(env.CACHE_OBJECT.getByName(name), 'object') },
    },
    path,
    init,
  );
  calls.d1 = statements.length;
  return { calls, response };
}
