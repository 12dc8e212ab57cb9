/** How much of an isolate's room for held requests one user gets, and what is left for others. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Site } from '../site.ts';
import { readSlowly } from '../slow-reader.ts';
import type { Bound } from './bound.ts';

const TITLE = 'live';
/** More than the isolate holds. */
const STREAMS = 4100;
const AT_ONCE = 50;
const ORIGIN_MS = 1500;
const SETTLED_MS = 2000;

export const eventStreams: Bound = {
  title: "4,100 event streams of one user, then others' requests",
  async measure(script) {
    const site = await Site.open({
      script,
      // The bound of one user is lifted with the other limits.
      vars: { RATE_LIMITS: 'on' },
      origin: async (_request, response) => {
        await sleep(ORIGIN_MS);
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end('[]');
      },
    });
    const stopping = new AbortController();
    const { signal } = stopping;
    try {
      const parameters = { type: 'object', properties: { n: { type: 'integer' } } };
      await site.define(TITLE, { parameters }, '{?n}');
      await site.load({ resource_title: TITLE, n: 0 });
      const path = `rpc/${TITLE}/?n=0`;
      const accept = { Accept: 'text/event-stream' };
      const open = await site.question(path, accept);
      const held = new Set<Promise<unknown>>();
      /** Status, when the head has come; the stream counts as held until it ends. */
      const begin = (question: typeof open) =>
        new Promise<number>((begun) => {
          const stream = readSlowly(question, { pace: { bytesPerS: 4000 }, signal, begun }).catch(() => begun(0));
          held.add(stream);
          void stream.finally(() => held.delete(stream));
        });
      for (let at = 0; at < STREAMS; at += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, () => begin(open)));
      }
      // One for which there is no room ends at once.
      await sleep(SETTLED_MS);
      const ofUser = held.size;
      await begin(await site.question(path, accept, 'bob'));
      await sleep(SETTLED_MS);
      const ofOther = held.size - ofUser;
      const first = await site.ask(`rpc/${TITLE}/?n=1`, {}, 'bob');
      await first.body?.cancel();
      const hot = await site.ask(path, {}, 'bob');
      await hot.body?.cancel();
      stopping.abort();
      await Promise.all(held);
      return {
        'streams of the user that are held': ofUser,
        "another's stream is held": ofOther,
        "status of another's first read of a cache": first.status,
        "status of another's read of a loaded cache": hot.status,
      };
    } finally {
      stopping.abort();
      await site.stop();
    }
  },
};
