/** What clients' ranges make the edge cache keep. */

import { Site } from '../site.ts';
import type { Bound } from './bound.ts';

const TITLE = 'file';
const BODY_BYTES = 2_000_000;
const RANGES = 50;

export const rangeKeys: Bound = {
  title: '50 ranges of one body of 2 MB, each of another length',
  async measure(script) {
    const site = await Site.open({
      script,
      origin: (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
        response.end(Buffer.alloc(BODY_BYTES, 'n'));
      },
    });
    try {
      await site.define(TITLE, { content_type: 'application/octet-stream' });
      await site.load({ resource_title: TITLE });
      await (await site.ask(`rpc/${TITLE}/`)).bytes();
      const before = site.storedMb('cache');
      let right = 0;
      for (let at = 1; at <= RANGES; at += 1) {
        const last = BODY_BYTES / 2 + at;
        const headers = { Range: `bytes=0-${last}`, 'Accept-Encoding': 'identity' };
        const answer = await site.ask(`rpc/${TITLE}/`, { headers });
        if (answer.status === 206 && (await answer.bytes()).length === last + 1) right += 1;
      }
      return {
        'right answers': right,
        'the edge cache grew, MB': Math.round((site.storedMb('cache') - before) * 10) / 10,
      };
    } finally {
      await site.stop();
    }
  },
};
