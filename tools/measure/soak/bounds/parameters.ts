/** What one user can use with parameters and ranges: space in D1 and at the edge, and CPU. */

import { answering, OCTETS, octets } from '../../harness/origin.ts';
import { cpuSeconds } from '../../harness/processes.ts';
import { onSite, type Site } from '../../harness/site.ts';
import type { Bound, Figures } from './index.ts';

const TITLE = 'search';
const SETS = 500;
/** 60 KB: a request's body may have up to 64 KiB. */
const LONG_CHARACTERS = 60_000;
const AT_ONCE = 10;

function withText(script: string, schema: object, measure: (site: Site) => Promise<Figures>): Promise<Figures> {
  return onSite({ script, origin: answering(() => '[]') }, async (site) => {
    await site.define(TITLE, { parameters: { type: 'object', properties: { text: schema } } }, { method: 'POST' });
    return measure(site);
  });
}

/** The status of a read. */
async function read({ api }: Site, text: string): Promise<number> {
  return (await api.ask(`rpc/${TITLE}/`, { body: { text }, expected: null })).status;
}

export const parameterSets: Bound = {
  title: '500 sets of parameters of 60 KB, by one user',
  measure: (script) =>
    withText(script, { type: 'string' }, async (site) => {
      const before = site.storedMb('d1');
      const startedAt = Date.now();
      const statuses: number[] = [];
      for (let at = 0; at < SETS; at += AT_ONCE) {
        const texts = Array.from({ length: AT_ONCE }, (_, n) => String(at + n).padEnd(LONG_CHARACTERS, 'n'));
        statuses.push(...(await Promise.all(texts.map((text) => read(site, text)))));
      }
      return {
        'sets taken': statuses.filter((status) => status < 300).length,
        'sets refused as 400': statuses.filter((status) => status === 400).length,
        'sets refused as 429': statuses.filter((status) => status === 429).length,
        seconds: Math.round((Date.now() - startedAt) / 1000),
        'D1 grew, MB': Math.round((site.storedMb('d1') - before) * 10) / 10,
      };
    }),
};

/**
 * The regular expression of the format tries each way to split user and password, and ways to split the host whose
 * number doubles
 * with every second character.
 */
const HOSTILE = { '60 KB': `http://${'a:'.repeat(LONG_CHARACTERS / 2)}`, '40 characters': `http://${'a'.repeat(32)}!` };

export const urlFormat: Bound = {
  title: 'a hostile value for a parameter of the format `url`',
  measure: (script) =>
    withText(script, { type: 'string', format: 'url' }, async (site) => {
      await read(site, 'http://example.com/');
      const figures: Figures = {};
      for (const [size, text] of Object.entries(HOSTILE)) {
        const before = cpuSeconds(site.pids);
        figures[`status of the answer to ${size}`] = await read(site, text);
        figures[`CPU of workerd for ${size}, s`] = Math.round((cpuSeconds(site.pids) - before) * 100) / 100;
      }
      return figures;
    }),
};

const RANGE_BYTES = 2_000_000;
const RANGES = 50;

/** What clients' ranges make the edge cache keep. */
export const rangeKeys: Bound = {
  title: '50 ranges of one body of 2 MB, each of another length',
  measure: (script) =>
    onSite({ script, origin: octets(RANGE_BYTES) }, async (site) => {
      await site.define('file', { content_type: OCTETS });
      await site.api.load('file');
      await site.api.ask('rpc/file/');
      const before = site.storedMb('cache');
      let right = 0;
      for (let at = 1; at <= RANGES; at += 1) {
        const last = RANGE_BYTES / 2 + at;
        const headers = { Range: `bytes=0-${last}`, 'Accept-Encoding': 'identity' };
        const { status, body } = await site.api.ask('rpc/file/', { headers });
        if (status === 206 && body.length === last + 1) right += 1;
      }
      return {
        'right answers': right,
        'the edge cache grew, MB': Math.round((site.storedMb('cache') - before) * 10) / 10,
      };
    }),
};
