/** docs/storage.md "Isolate memory": what an isolate holds stays within its share, however much of it is asked for. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { MAX_DELTA_BYTES, MAX_EARLY_BYTES, MAX_ROWS } from '../../src/contract/constants.ts';
import { heldRequests } from '../../src/flows/live/held-requests.ts';
import { endedTaskBytes, readTask } from '../../src/flows/live/watch-task.ts';
import { InlineBudget, inlineBytesHeld, openInline } from '../../src/flows/read/inline-bodies.ts';
import { knownCache, knownCacheBytes } from '../../src/flows/read/known-caches.ts';
import type { Services } from '../../src/flows/services.ts';
import { compressorBytes, takeCompressor } from '../../src/http/gzip.ts';
import { tokenKeys } from '../../src/http/token-keys.ts';
import { tokenRules } from '../../src/http/token-rules.ts';
import { rememberedTokenBytes, verifyToken } from '../../src/http/token-verifier.ts';
import { HELD_REQUEST_BYTES, MEMORY_BUDGET, MEMORY_SHARES } from '../../src/ports/memory-shares.ts';
import { PART_BYTES } from '../../src/stores/blobs.ts';
import { cachedBlobs, hotBytes } from '../../src/stores/cached-blobs.ts';
import { NO_EDGE_CACHE } from '../../src/stores/edge-cache.ts';
import { foldedDeltas, foldingBytes, HELD_PER_STORED_BYTE, hotDeltaBytes } from '../../src/stores/folded-deltas.ts';
import { definitionBytes } from '../../src/stores/resource-copies.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { syncBuffer } from '../../src/stores/sync-buffer.ts';
import { waitingBytes } from '../../src/stores/waiting-syncs.ts';
import { memoryBlobs } from '../support/memory-blobs.ts';
import { sampleResource } from '../support/resources.ts';
import { inSeconds, sign } from '../support/token.ts';

const noWait = (work: Promise<unknown>) => void work.catch(() => {});
const long = (n: number, length: number) => `${n}`.padEnd(length, 'x');
const KIB = 1024;

/** Fills each with more than its share has room for; what is held then, bytes. */
const FILLERS: Partial<Record<keyof typeof MEMORY_SHARES, () => Promise<number>>> = {
  async hotBlobs() {
    const inner = memoryBlobs();
    const cached = cachedBlobs(inner, NO_EDGE_CACHE, noWait);
    const all = { offset: 0, length: 100 * KIB, whole: 100 * KIB };
    for (let fence = 0; fence < 100; fence += 1) {
      await inner.put('shares', fence, 'body', new Uint8Array(all.length));
      await cached.get('shares', fence, 'body', all);
    }
    return hotBytes();
  },

  async hotDeltas() {
    const deltas = foldedDeltas(NO_EDGE_CACHE, noWait);
    for (let to = 0; to < 40; to += 1) {
      await deltas.get('shares', 0, to, { storedBytes: 1, make: async () => [new Uint8Array(100 * KIB)] });
    }
    return hotDeltaBytes();
  },

  async folds() {
    const deltas = foldedDeltas(NO_EDGE_CACHE, noWait, 0);
    const fold = { storedBytes: 500 * KIB, make: async () => [new Uint8Array(500 * KIB)] };
    const opened = [];
    for (let to = 100; to < 140; to += 1) opened.push(await deltas.get('shares', 0, to, fold));
    expect(opened).toContain(null);
    return foldingBytes();
  },

  async inlineBodies() {
    const blobs = memoryBlobs();
    const bytes = 150 * KIB;
    await blobs.put('inline', 1, 'body', new Uint8Array(bytes));
    const services = { blobs: cachedBlobs(blobs, NO_EDGE_CACHE, noWait) } as unknown as Services;
    const entry = { key: 'inline' };
    const loaded = { bytes, fence: 1, hash: 'x' };
    const answer = { served: { entry, loaded }, asked: { delta: null }, chosen: { kind: 'whole', given: loaded } };
    const opened = [];
    for (let reader = 0; reader < 10; reader += 1) {
      opened.push(await openInline(services, { answer } as never, new InlineBudget(bytes), 0));
    }
    // An item without room gets the path instead.
    expect(opened).toContain(null);
    const held = inlineBytesHeld();
    await opened[0]?.release();
    expect(inlineBytesHeld()).toBe(held - bytes);
    return held;
  },

  async compressors() {
    const taken = Array.from({ length: 20 }, takeCompressor);
    expect(taken).toContain(null);
    return compressorBytes();
  },

  async definitions() {
    const titles = Array.from({ length: 60 }, (_title, n) => `shares-${n}`);
    const resources = d1Resources(env.DB);
    for (const title of titles) {
      const parameters = { type: 'object' as const, description: long(0, 15_000) };
      await resources.put(title, sampleResource({ parameters }), true, null, 1);
      await resources.find(title);
    }
    return definitionBytes();
  },

  async knownCaches() {
    for (let n = 0; n < 40; n += 1) {
      const definition = sampleResource();
      for (let query = 0; query < 40; query += 1) {
        const text = long(query, 900);
        knownCache(definition, 'alice', text, () => ({
          key: long(n, 64),
          resource: 'shares',
          parameters: { text },
          owner: null,
        }));
      }
    }
    return knownCacheBytes();
  },

  async tokens() {
    const key = new TextEncoder().encode(env.JWT_SECRET);
    for (let n = 0; n < 700; n += 1) {
      const claims = { sub: long(n, 256), device_id: long(n, 128), groups: long(n, 900), exp: inSeconds(600) };
      await verifyToken(await sign(claims, key), tokenKeys(env), tokenRules(env), {
        edge: NO_EDGE_CACHE,
        waitUntil: noWait,
      });
    }
    return rememberedTokenBytes();
  },

  async syncRecords() {
    const refuses = { send: () => Promise.reject(new Error('down')) } as unknown as Queue<never>;
    const buffer = syncBuffer(refuses, {} as never, { waitMs: 60_000 });
    for (let n = 0; n < 2000; n += 1) {
      const names = { user: long(n, 256), device: long(n, 128), resource: long(n, 128), key: long(n, 64) };
      void buffer.add({ ...names, parameters: {}, syncedAt: n, version: 1, changed: 1 } as never, names.key, n);
    }
    // What is refused comes back.
    await expect.poll(() => waitingBytes().records).toBeGreaterThan(MEMORY_SHARES.syncRecords * 0.75);
    return waitingBytes().records;
  },

  async syncChecks() {
    const refuses = { send: () => Promise.reject(new Error('down')) } as unknown as Queue<never>;
    const buffer = syncBuffer(refuses, {} as never, { waitMs: 60_000 });
    for (let n = 0; n < 200; n += 1) {
      const keys = Array.from({ length: 100 }, (_key, at) => long(at, 64));
      const names = { user: long(n, 256), device: long(n, 128) };
      void buffer.addAll({ ...names, given: [], read: [], check: { keys, adds: false } }, n);
    }
    await expect.poll(() => waitingBytes().checks).toBeGreaterThan(MEMORY_SHARES.syncChecks * 0.75);
    return waitingBytes().checks;
  },

  async endedTasks() {
    const error = { type: 'x', title: 'x', detail: long(0, 2000) };
    const objects = { state: async () => ({ outcome: 'found', task: { state: 'FAILURE', error }, entry: null }) };
    for (let n = 0; n < 200; n += 1) await readTask({ objects } as unknown as Services, `shares-${n}`);
    return endedTaskBytes();
  },

  async heldRequests() {
    const now = Date.now();
    for (let n = 0; n < 10_000; n += 1) {
      heldRequests.enter({ user: `user-${n}`, kind: 'load', until: now + 60_000 }, 100, now);
    }
    return heldRequests.count * HELD_REQUEST_BYTES;
  },
};

describe('the shares of an isolate’s memory', () => {
  it('come to the budget at most', () => {
    expect(Object.values(MEMORY_SHARES).reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(MEMORY_BUDGET);
  });

  it('have room for a load of as many rows as there may be, and for a fold as large as there may be', () => {
    const slots = 4 * 2 ** Math.ceil(Math.log2(2 * MAX_ROWS));
    const [before, after] = [22 * MAX_ROWS + slots + 4 * MAX_ROWS, 22 * MAX_ROWS];
    expect(before + after + PART_BYTES + MAX_DELTA_BYTES + MAX_EARLY_BYTES).toBeLessThanOrEqual(
      MEMORY_SHARES.heavyLoad,
    );
    expect(MAX_DELTA_BYTES * HELD_PER_STORED_BYTE).toBeLessThanOrEqual(MEMORY_SHARES.folds);
  });

  it('are kept to by all that holds something between requests, filled at once', async () => {
    const held: Record<string, number> = {};
    for (const [share, fill] of Object.entries(FILLERS)) held[share] = await fill();
    for (const [share, bytes] of Object.entries(held)) {
      const most = MEMORY_SHARES[share as keyof typeof MEMORY_SHARES];
      // More was asked for than there is room, so what is held is nearly all of it, and no more.
      expect({ share, isKept: bytes <= most, isFilled: bytes > most * 0.75 }).toEqual({
        share,
        isKept: true,
        isFilled: true,
      });
    }
  }, 60_000);
});
