/** The service, over `fetch` and `WebSocket`. */

import { FreshetError, failure } from '../error.ts';
import { asker } from './http.ts';
import { readsBy } from './read.ts';
import { syncByReads } from './reads-alone.ts';
import { openSocket } from './socket.ts';
import { objectIn, syncBy } from './sync.ts';
import { refreshBy } from './task.ts';
import type { Transport } from './transport.ts';

/** How long the client reads caches one by one after the service turned out to have no `/sync/`, ms: a day. */
const NO_SYNC_MS = 86_400_000;

export interface TransportOptions {
  /** Where the service is, with its version: `https://host/api/v1`. */
  url: string;
  /** `X-Device-Id`. */
  device: string;
  /** Default: the platform's `fetch`, looked up at each call. */
  fetch?: typeof fetch | undefined;
  WebSocket?: typeof WebSocket | undefined;
}

export function createTransport({ url, device, fetch, WebSocket }: TransportOptions): Transport {
  const base = url.replace(/\/+$/, '');
  const ask = asker(base, fetch ?? ((...call) => globalThis.fetch(...call)), device);
  const { once, read } = readsBy(ask);
  const sync = syncBy(ask);
  const syncAlone = syncByReads(ask, once);
  let noSyncUntil = 0;
  return {
    read,
    refresh: refreshBy(ask),
    async sync(question, onItem, options) {
      if (Date.now() > noSyncUntil) {
        try {
          return await sync(question, onItem, options);
        } catch (error) {
          // An older release of the service has no such path.
          if (!(error instanceof FreshetError) || error.code !== 'not-found') throw error;
          noSyncUntil = Date.now() + NO_SYNC_MS;
        }
      }
      return syncAlone(question, onItem, options);
    },
    ticket: (options) =>
      ask({ ...options, path: '/live/', isPost: true }, async (answer) => {
        const { live } = objectIn(await answer.text()) as { live?: unknown };
        if (typeof live !== 'string') throw failure();
        return live;
      }),
    socket: (ticket, ears) => openSocket(WebSocket ?? globalThis.WebSocket, base, ticket, ears),
  };
}
