/** Asks a service without `/sync/` about many caches: one read for each, one after the other. */

import { failure } from '../error.ts';
import type { Ask } from './http.ts';
import type { Reads } from './read.ts';
import { objectIn } from './sync.ts';
import type { Transport } from './transport.ts';

export function syncByReads(ask: Ask, once: Reads['once']): Transport['sync'] {
  return async ({ caches }, onItem, options) => {
    const { user, now } = await ask(
      { ...options, path: '/whoami/' },
      async (answer) => objectIn(await answer.text()) as { user?: unknown; now?: unknown },
    );
    const time = Date.parse(String(now));
    if (typeof user !== 'string' || Number.isNaN(time)) throw failure();
    for (const { id, title, parameters, etag } of caches) {
      const question = { title, parameters, etag, afterVersion: null, maxAgeS: null };
      const { item, body } = await once(question, { ...options, onProgress: () => {} });
      // A body that is not a table is read again on its own.
      const text = body !== null && 'text' in body ? body.text : null;
      onItem({ ...item, id, hasBody: text !== null }, text);
    }
    return { user, now: time, live: null };
  };
}
