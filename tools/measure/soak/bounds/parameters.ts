/** What one user's parameters may use: room in D1, and CPU. */

import { cpuSeconds } from '../../harness/processes.ts';
import { Site, type SiteOptions } from '../site.ts';
import type { Bound, Figures } from './bound.ts';

const TITLE = 'search';
const SETS = 500;
/** 60 KB: a request's body may have 64 KiB. */
const LONG_CHARACTERS = 60_000;
const AT_ONCE = 10;

const answerAtOnce: SiteOptions['origin'] = (request, response) => {
  request.resume();
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end('[]');
};

async function withText(script: string, schema: object, measure: (site: Site) => Promise<Figures>): Promise<Figures> {
  const site = await Site.open({ script, origin: answerAtOnce });
  try {
    const parameters = { type: 'object', properties: { text: schema } };
    await site.define(TITLE, { origin: { url: site.originUrl(TITLE), method: 'POST' }, parameters });
    return await measure(site);
  } finally {
    await site.stop();
  }
}

function read(site: Site, text: string): Promise<Response> {
  return site.ask(`rpc/${TITLE}/`, { method: 'POST', body: JSON.stringify({ text }) });
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
        const answers = await Promise.all(texts.map((text) => read(site, text)));
        for (const answer of answers) {
          await answer.body?.cancel();
          statuses.push(answer.status);
        }
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
 * The expression of the format splits what may be a user and a password in each way, and what may be a host in ways that
 * double with every second character.
 */
const HOSTILE = { '60 KB': `http://${'a:'.repeat(LONG_CHARACTERS / 2)}`, '40 characters': `http://${'a'.repeat(32)}!` };

export const urlFormat: Bound = {
  title: 'a hostile value for a parameter of the format `url`',
  measure: (script) =>
    withText(script, { type: 'string', format: 'url' }, async (site) => {
      await (await read(site, 'http://example.com/')).body?.cancel();
      const figures: Figures = {};
      for (const [size, text] of Object.entries(HOSTILE)) {
        const before = cpuSeconds(site.pids);
        const answer = await read(site, text);
        await answer.body?.cancel();
        figures[`status of the answer to ${size}`] = answer.status;
        figures[`CPU of workerd for ${size}, s`] = Math.round((cpuSeconds(site.pids) - before) * 100) / 100;
      }
      return figures;
    }),
};
