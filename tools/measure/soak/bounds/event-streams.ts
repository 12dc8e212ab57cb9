/** How much of an isolate's room for held requests one user gets, and how much is left for others. */

import { setTimeout as sleep } from 'node:timers/promises';
import { NUMBERED, onSite } from '../../harness/site.ts';
import { questionTo, readSlowly } from '../slow-reader.ts';
import type { Bound } from './index.ts';

const TITLE = 'live';
/** More than the isolate holds. */
const STREAMS = 4100;
const AT_ONCE = 50;
const ORIGIN_MS = 1500;
const SETTLED_MS = 2000;

export const eventStreams: Bound = {
  title: "4,100 event streams of one user, then others' requests",
  measure: (script) =>
    onSite(
      {
        script,
        // `RATE_LIMITS=off` would also switch off the limit per user.
        vars: { RATE_LIMITS: 'on' },
        origin: async (_request, response) => {
          await sleep(ORIGIN_MS);
          response.writeHead(200, { 'Content-Type': 'application/json' });
          response.end('[]');
        },
      },
      async (site) => {
        const stopping = new AbortController();
        const { signal } = stopping;
        await site.define(TITLE, { parameters: NUMBERED }, { query: '{?n}' });
        await site.api.load(TITLE, { n: 0 });
        const path = `rpc/${TITLE}/?n=0`;
        const held = new Set<Promise<unknown>>();
        /** Resolves when the head has arrived; the stream counts as held until it ends. */
        const begin = async (user?: string) => {
          const question = await questionTo(site, path, { Accept: 'text/event-stream' }, user);
          await new Promise<void>((begun) => {
            const reading = { pace: { bytesPerS: 4000 }, signal, begun: () => begun() };
            const stream = readSlowly(question, reading).catch(() => begun());
            held.add(stream);
            void stream.finally(() => held.delete(stream));
          });
        };
        try {
          for (let at = 0; at < STREAMS; at += AT_ONCE)
            await Promise.all(Array.from({ length: AT_ONCE }, () => begin()));
          // A stream for which there is no room ends at once.
          await sleep(SETTLED_MS);
          const ofUser = held.size;
          await begin('bob');
          await sleep(SETTLED_MS);
          const ofOther = held.size - ofUser;
          const statusFor = async (target: string) =>
            (await site.api.ask(target, { user: 'bob', expected: null })).status;
          return {
            'streams of the user that are held': ofUser,
            "another's stream is held": ofOther,
            "status of another's first read of a cache": await statusFor(`rpc/${TITLE}/?n=1`),
            "status of another's read of a loaded cache": await statusFor(path),
          };
        } finally {
          stopping.abort();
          await Promise.all(held);
        }
      },
    ),
};
