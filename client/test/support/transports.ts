/** Transports to imitations, and the usual questions of tests. */

import { createTransport } from '../../src/network/create-transport.ts';
import type { AskedCache, Item, ReadQuestion, SyncQuestion, Transport } from '../../src/network/transport.ts';

export const TOKEN = 'a.secret-token.of_alice';
export const TAG = 'f8343984618ca37b';

export function transportTo({ url }: { url: string }, more: { fetch?: typeof fetch } = {}): Transport {
  return createTransport({ url: `${url}/api/v1/`, device: 'tablet-7', ...more });
}

/** What each call takes besides. */
export const options = (signal: AbortSignal = new AbortController().signal) => ({ token: TOKEN, signal });
export const quiet = (signal?: AbortSignal) => ({ ...options(signal), onProgress: () => {} });

export const cacheOf = (id: string, more: Partial<AskedCache> = {}): AskedCache => ({
  id,
  title: 'cars',
  parameters: {},
  etag: null,
  minRevision: 0,
  ...more,
});
export const questionOf = (...caches: AskedCache[]): SyncQuestion => ({ caches, live: null });
export const readOf = (more: Partial<ReadQuestion> = {}): ReadQuestion => ({
  title: 'cars',
  parameters: {},
  etag: null,
  afterVersion: null,
  maxAgeS: null,
  ...more,
});

/** Asks, and gathers what came. */
export async function synced(transport: Transport, question: SyncQuestion) {
  const items: [Item, string | null][] = [];
  const end = await transport.sync(question, (item, body) => items.push([item, body]), options());
  return { items, end };
}

/** As a platform gives it whose answers have no streams: React Native. */
export const withoutStreams: typeof fetch = async (...call) => {
  const response = await fetch(...call);
  const [text, blob] = [response.clone(), response];
  return {
    status: response.status,
    headers: response.headers,
    body: undefined,
    text: () => text.text(),
    blob: () => blob.blob(),
  } as unknown as Response;
};
